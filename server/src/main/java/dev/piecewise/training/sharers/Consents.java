package dev.piecewise.training.sharers;

import dev.piecewise.adapter.Consent;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.adapter.JsonLines;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Who agreed to share, each for themselves or one for all. */
public final class Consents {
    private final Function<String, Optional<Consent>> of;

    private Consents(Function<String, Optional<Consent>> of) {
        this.of = of;
    }

    /** One consent for everybody, from whoever may give it. */
    public static Consents forAll(Consent consent) {
        return new Consents(_ -> Optional.of(consent));
    }

    /** One line of JSON for each user who agreed: {@code {"user","by","at","ratio"}}; by is the user and ratio 1 unless told otherwise. */
    public static Consents read(Path file) {
        Map<String, Consent> all = new HashMap<>();
        JsonLines.read(file, (source, node) -> {
            JsonFields fields = JsonFields.of(source, node);
            String user = fields.requireString("user");
            if (all.put(user, consent(fields, user)) != null) {
                throw fields.bad("user", "\"%s\" is there twice".formatted(user));
            }
            return user;
        });
        if (all.isEmpty()) {
            throw new BadFileException(file, "names nobody");
        }
        return new Consents(user -> Optional.ofNullable(all.get(user)));
    }

    private static Consent consent(JsonFields fields, String user) {
        double ratio = fields.number("ratio").orElse(1);
        if (!(ratio > 0) || ratio > 1) {
            throw fields.bad("ratio", "must be above 0 and at most 1");
        }
        return new Consent(fields.string("by").orElse(user), time(fields), ratio);
    }

    private static Instant time(JsonFields fields) {
        try {
            return Instant.parse(fields.requireString("at"));
        } catch (DateTimeException e) {
            throw fields.bad("at", "must be a time such as 2026-01-31T12:00:00Z");
        }
    }

    public Optional<Consent> of(String user) {
        return of.apply(user);
    }

    /** Those of the users who agreed. */
    public List<UserHistory> among(List<UserHistory> users) {
        return users.stream().filter(user -> of(user.user()).isPresent()).toList();
    }
}
