package dev.piecewise.loadtest.measure;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** What an answer must keep to be a good one, in milliseconds. Goodput is the rate of good answers. */
public record Bounds(Map<Measure, Double> milliseconds) {
    private static final double NANOS = 1e6;

    /** What can be bounded. */
    public enum Measure {
        TTFT,
        /** The longest gap of the answer. */
        ITL,
        TPOT,
        E2E;

        /** In milliseconds; none where an answer has no such time. */
        private OptionalDouble of(Answer answer) {
            return switch (this) {
                case TTFT ->
                    answer.toFirst().stream()
                            .mapToDouble(nanos -> nanos / NANOS)
                            .findFirst();
                case ITL -> OptionalDouble.of(answer.longestGap() / NANOS);
                case TPOT -> OptionalDouble.of(answer.perToken().orElse(0) / NANOS);
                case E2E -> OptionalDouble.of(answer.endToEnd() / NANOS);
            };
        }
    }

    public Bounds {
        milliseconds = Map.copyOf(milliseconds);
    }

    /** Reads {@code ttft:500}, {@code tpot:50} and so on. */
    public static Bounds parse(List<String> texts) {
        Map<Measure, Double> bounds = new EnumMap<>(Measure.class);
        for (String text : texts) {
            String[] parts = text.split(":", -1);
            try {
                bounds.put(Measure.valueOf(parts[0].toUpperCase(Locale.ROOT)), Double.parseDouble(parts[1]));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new IllegalArgumentException(
                        "'%s' is no bound: ttft, itl, tpot or e2e, a colon, milliseconds".formatted(text), e);
            }
        }
        return new Bounds(bounds);
    }

    public boolean isEmpty() {
        return milliseconds.isEmpty();
    }

    /** Whether the answer came and kept every bound. */
    public boolean areKept(Answer answer) {
        return answer.succeeded()
                && milliseconds.entrySet().stream().allMatch(bound -> {
                    OptionalDouble time = bound.getKey().of(answer);
                    return time.isPresent() && time.getAsDouble() <= bound.getValue();
                });
    }

    /** As the command line writes them. */
    public String text() {
        return new EnumMap<>(milliseconds.isEmpty() ? new EnumMap<Measure, Double>(Measure.class) : milliseconds)
                .entrySet().stream()
                        .map(bound -> bound.getKey().name().toLowerCase(Locale.ROOT) + ":"
                                + (bound.getValue() == Math.rint(bound.getValue())
                                        ? String.valueOf(bound.getValue().longValue())
                                        : bound.getValue().toString()))
                        .collect(Collectors.joining(" "));
    }
}
