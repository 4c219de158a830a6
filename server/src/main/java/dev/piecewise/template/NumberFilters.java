package dev.piecewise.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/** The filters about numbers. */
final class NumberFilters {
    static final Map<String, Filter> ALL = Map.of(
            "abs", NumberFilters::abs,
            "int", NumberFilters::integer,
            "float", NumberFilters::real,
            "round", NumberFilters::round,
            "sum", NumberFilters::sum,
            "filesizeformat", NumberFilters::fileSize);

    /** Floats have no more decimals than this. */
    private static final int MAX_PRECISION = 400;

    private NumberFilters() {}

    private static Object abs(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("abs");
        return switch (value) {
            case Double real -> Math.abs(real);
            case Undefined undefined -> throw undefined.error();
            default -> {
                if (!Types.isInteger(value)) {
                    throw new TemplateError("bad operand type for abs(): '" + Types.name(value) + "'");
                }
                yield Numbers.normal(Numbers.integer(value).abs());
            }
        };
    }

    private static Object integer(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("int", 0, "default", "base");
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (Types.isInteger(value)) {
            return Numbers.normal(Numbers.integer(value));
        }
        if (Types.isString(value)) {
            rendering.budget().characters(Types.string(value).length());
            Object parsed = Conversions.integer(Types.string(value), (int) bound.integer(1, 10));
            if (parsed != null) {
                return parsed;
            }
        }
        Double real = Conversions.real(value);
        return real != null && Double.isFinite(real) ? Conversions.truncated(real) : bound.get(0, 0L);
    }

    private static Object real(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("float", 0, "default");
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        Double real = Conversions.real(value);
        return real == null ? bound.get(0, 0.0) : real;
    }

    private static Object round(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("round", 0, "precision", "method");
        int precision = Math.clamp(bound.integer(0, 0), -MAX_PRECISION, MAX_PRECISION);
        RoundingMode mode = switch (bound.text(1, "common")) {
            case "common" -> RoundingMode.HALF_EVEN;
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            default -> throw new TemplateError("method must be common, ceil or floor");
        };
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!Types.isNumber(value)) {
            throw new TemplateError("type " + Types.name(value) + " doesn't define __round__ method");
        }
        if (mode != RoundingMode.HALF_EVEN) {
            return directed(Numbers.real(value), precision, mode);
        }
        return rounded(value, precision);
    }

    private static Object rounded(Object value, int precision) {
        if (value instanceof Double real) {
            boolean exact = !Double.isFinite(real) || real == 0;
            double rounded = exact
                    ? real
                    : new BigDecimal(real)
                            .setScale(precision, RoundingMode.HALF_EVEN)
                            .doubleValue();
            return rounded == 0 ? Math.copySign(0.0, real) : rounded;
        }
        BigDecimal integer = new BigDecimal(Numbers.integer(value));
        return Numbers.normal(
                precision >= 0
                        ? integer.toBigInteger()
                        : integer.setScale(precision, RoundingMode.HALF_EVEN).toBigInteger());
    }

    private static Object directed(double value, int precision, RoundingMode mode) {
        double scale = Math.pow(10, precision);
        double scaled = value * scale;
        double rounded = mode == RoundingMode.CEILING ? Math.ceil(scaled) : Math.floor(scaled);
        return (rounded == 0 ? 0.0 : rounded) / scale;
    }

    private static Object sum(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("sum", 0, "attribute", "start");
        Path path = bound.given(0) ? Path.of(bound.get(0)) : Path.ITSELF;
        Object sum = bound.get(1, 0L);
        if (Types.isString(sum)) {
            throw new TemplateError("sum() can't sum strings [use ''.join(seq) instead]");
        }
        for (Object item : rendering.iteration().list(value)) {
            sum = rendering.operators().apply(Expr.Operator.ADD, sum, path.follow(item, rendering), rendering);
        }
        return sum;
    }

    private static Object fileSize(Object value, Arguments arguments, Rendering rendering) {
        boolean binary = arguments.bind("filesizeformat", 0, "binary").flag(0, false);
        Double bytes = Conversions.real(value);
        if (bytes == null) {
            throw new TemplateError(
                    "could not convert to float: " + rendering.texts().repr(value));
        }
        if (bytes == 1) {
            return "1 Byte";
        }
        double base = binary ? 1024 : 1000;
        if (bytes < base) {
            return Conversions.truncated(bytes) + " Bytes";
        }
        String prefixes = binary ? "KMGTPEZY" : "kMGTPEZY";
        int place = 0;
        double unit = base;
        while (place < prefixes.length() - 1 && bytes >= unit * base) {
            unit *= base;
            place++;
        }
        String size = new Spec(" ", '>', '-', false, 0, "", 1, 'f').format(bytes / unit, rendering);
        return size + " " + prefixes.charAt(place) + (binary ? "iB" : "B");
    }
}
