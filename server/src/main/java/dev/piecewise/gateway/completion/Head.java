package dev.piecewise.gateway.completion;

import java.time.Instant;
import java.util.UUID;

/** The fields that every answer and every chunk of a stream begins with. */
public record Head(String id, String object, long created, String model, String systemFingerprint) {

    /** A new answer's, with an id that begins like this. */
    public static Head of(String prefix, String object, ServedModel model) {
        return new Head(newId(prefix), object, Instant.now().getEpochSecond(), model.name(), model.systemFingerprint());
    }

    /** The same, as the beginning of another object. */
    public Head as(String other) {
        return new Head(id, other, created, model, systemFingerprint);
    }

    public static String newId(String prefix) {
        return prefix + UUID.randomUUID().toString().replace("-", "");
    }
}
