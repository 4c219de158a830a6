package dev.piecewise.template;

import org.jspecify.annotations.Nullable;

/** The few attributes of numbers. */
final class NumberMethods {
    private NumberMethods() {}

    static @Nullable Object ofInteger(long integer, String name) {
        return switch (name) {
            case "real", "numerator" -> integer;
            case "imag" -> 0L;
            case "denominator" -> 1L;
            case "bit_length" -> constant(64L - Long.numberOfLeadingZeros(Math.abs(integer)));
            case "conjugate" -> constant(integer);
            default -> null;
        };
    }

    static @Nullable Object ofFloat(double number, String name) {
        return switch (name) {
            case "real" -> number;
            case "imag" -> 0.0;
            case "is_integer" -> constant(Double.isFinite(number) && number == Math.rint(number));
            case "conjugate" -> constant(number);
            default -> null;
        };
    }

    private static Callable constant(Object value) {
        return (arguments, rendering) -> {
            arguments.none("method");
            return value;
        };
    }
}
