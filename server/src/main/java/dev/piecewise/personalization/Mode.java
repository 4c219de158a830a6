package dev.piecewise.personalization;

import java.util.Locale;
import java.util.Optional;

/** Which adapter a request asks for ({@code piecewise.mode}). */
public enum Mode {
    AUTO("auto"),
    BASE("base"),
    ASSEMBLED("assembled"),
    OWN("own"),
    RAG("rag"),
    ASSEMBLED_RAG("assembled+rag");

    private final String wire;

    Mode(String wire) {
        this.wire = wire;
    }

    public String wire() {
        return wire;
    }

    /** Whether items of the user's history stand before the prompt. */
    public boolean retrieves() {
        return this == RAG || this == ASSEMBLED_RAG;
    }

    public static Optional<Mode> parse(String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        for (Mode mode : values()) {
            if (mode.wire.equals(wanted)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
