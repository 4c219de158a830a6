package dev.piecewise.evaluation;

import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.Keys;
import dev.piecewise.adapter.Merge;
import dev.piecewise.error.ServingException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A method as it is asked for: {@code base}, {@code rag}, {@code retrieval} (the whole adapter of the sharer who is most alike), {@code oppu} (the user's own adapter) or {@code perpcs}, with
 * settings after a colon, and {@code +rag} to put items of the history before the prompt too: {@code perpcs:k=1,merge=factor+rag:items=4}.
 *
 * @param name as it was written
 * @param ragItems before the prompt; 0 for none
 */
public record MethodSpec(String name, Source source, int ragItems) {
    /** Where a user's adapter comes from. */
    public sealed interface Source {
        record Base() implements Source {}

        record NearestSharer() implements Source {}

        record Own() implements Source {}

        /**
         * Assembled from pieces.
         *
         * @param keys other than the pool's own
         * @param forecast whether the pool's forecast counts, where it has one
         * @param share of each site's pieces that are there to choose from
         * @param sharers whose pieces are there; 0 for all
         */
        record Pieces(Assembler.Options options, Optional<Keys> keys, boolean forecast, double share, int sharers)
                implements Source {}
    }

    /** {@code absent} are the settings that are not named. INVALID_REQUEST says what is wrong. */
    public static MethodSpec parse(String text, Assembler.Options absent, int absentItems) {
        String[] parts = text.split("\\+", 2);
        Settings first = Settings.of(text, parts[0]);
        boolean rag = first.kind.equals("rag");
        int items = rag ? first.integer("items", absentItems) : 0;
        if (parts.length == 2) {
            Settings second = Settings.of(text, parts[1]);
            if (rag || !second.kind.equals("rag")) {
                throw first.wrong("only rag may stand after +");
            }
            items = second.integer("items", absentItems);
            second.requireUsed();
        }
        Source source = source(first, absent);
        first.requireUsed();
        return new MethodSpec(text, source, items);
    }

    private static Source source(Settings settings, Assembler.Options absent) {
        return switch (settings.kind) {
            case "base", "rag" -> new Source.Base();
            case "retrieval" -> new Source.NearestSharer();
            case "oppu" -> new Source.Own();
            case "perpcs" -> pieces(settings, absent);
            default -> throw settings.wrong("a method is base, rag, retrieval, oppu or perpcs");
        };
    }

    private static Source pieces(Settings settings, Assembler.Options absent) {
        Assembler.Options options = new Assembler.Options(
                settings.integer("k", absent.k()),
                settings.number("temperature", absent.temperature()),
                settings.take("merge")
                        .map(text -> Merge.parse(text)
                                .orElseThrow(() -> settings.wrong("merge is product or factor, not " + text)))
                        .orElse(absent.merge()),
                settings.take("selection")
                        .map(text -> selection(settings, text))
                        .orElse(absent.selection()),
                settings.integer("batch", absent.batch()),
                settings.integer("items", absent.maxItems()),
                absent.maxTokens());
        double share = settings.number("share", 1);
        if (share > 1) {
            throw settings.wrong("share is at most 1");
        }
        Optional<Keys> keys = settings.take("keys").map(text -> keys(settings, text));
        boolean forecast =
                settings.take("forecast").map(text -> yes(settings, text)).orElse(true);
        return new Source.Pieces(options, keys, forecast, share, settings.integer("sharers", 0));
    }

    private static Assembler.Selection selection(Settings settings, String text) {
        for (Assembler.Selection selection : Assembler.Selection.values()) {
            if (selection.wire().equals(text)) {
                return selection;
            }
        }
        throw settings.wrong("selection is global or per-batch, not " + text);
    }

    private static boolean yes(Settings settings, String text) {
        return switch (text) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw settings.wrong("forecast is yes or no, not " + text);
        };
    }

    private static Keys keys(Settings settings, String text) {
        return Keys.parse(text).orElseThrow(() -> settings.wrong("keys are gates or arrow, not " + text));
    }

    /** A kind and what follows its colon. */
    private record Settings(String whole, String kind, Map<String, String> values) {
        static Settings of(String whole, String part) {
            String[] halves = part.split(":", 2);
            Settings settings = new Settings(whole, halves[0], new LinkedHashMap<>());
            if (halves.length == 2) {
                for (String pair : halves[1].split(",", -1)) {
                    String[] sides = pair.split("=", 2);
                    if (sides.length < 2 || settings.values.put(sides[0], sides[1]) != null) {
                        throw settings.wrong("\"%s\" is no setting, or there twice".formatted(pair));
                    }
                }
            }
            return settings;
        }

        Optional<String> take(String name) {
            return Optional.ofNullable(values.remove(name));
        }

        int integer(String name, int absent) {
            double value = number(name, absent);
            if (value != Math.rint(value) || value > Integer.MAX_VALUE) {
                throw wrong(name + " must be an integer");
            }
            return (int) value;
        }

        double number(String name, double absent) {
            Optional<String> text = take(name);
            if (text.isEmpty()) {
                return absent;
            }
            try {
                double value = Double.parseDouble(text.get());
                if (value > 0 && value < Double.POSITIVE_INFINITY) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Told below.
            }
            throw wrong("%s must be a number above 0, not %s".formatted(name, text.get()));
        }

        void requireUsed() {
            if (!values.isEmpty()) {
                throw wrong("%s has no setting %s".formatted(kind, String.join(", ", values.keySet())));
            }
        }

        ServingException wrong(String reason) {
            return ServingException.invalid("--method", "--method %s: %s".formatted(whole, reason));
        }
    }
}
