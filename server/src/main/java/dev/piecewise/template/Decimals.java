package dev.piecewise.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Floats with a given number of digits, as C's {@code printf} writes them. The sign is left to the caller. */
final class Decimals {
    private Decimals() {}

    /** A number that is not negative, in the format {@code f}, {@code e}, {@code g} or {@code %}. */
    static String format(double number, char type, int precision, boolean alternate) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return Double.isNaN(number) ? "nan" : "inf";
        }
        BigDecimal exact = new BigDecimal(number);
        return switch (type) {
            case 'f' -> fixed(exact, precision);
            case '%' -> fixed(new BigDecimal(number * 100), precision) + "%";
            case 'e' -> scientific(exact, precision);
            default -> general(exact, Math.max(1, precision), Math.max(1, precision), alternate);
        };
    }

    /** A number that is not negative, with so many digits in all, and one behind the point at least. */
    static String likeRepr(double number, int precision) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return format(number, 'f', 0, false);
        }
        String text = general(new BigDecimal(number), Math.max(1, precision), Math.max(1, precision) - 1, false);
        return text.indexOf('.') < 0 && text.indexOf('e') < 0 ? text + ".0" : text;
    }

    private static String fixed(BigDecimal number, int precision) {
        return number.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    }

    private static String scientific(BigDecimal number, int precision) {
        BigDecimal rounded = number.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        String mantissa = rounded.movePointLeft(exponent)
                .setScale(precision, RoundingMode.HALF_EVEN)
                .toPlainString();
        return "%se%s%02d".formatted(mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    /** Numbers from ten to the power of {@code limit} on are written with an exponent. */
    private static String general(BigDecimal number, int precision, int limit, boolean alternate) {
        BigDecimal rounded = number.round(new MathContext(precision, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent >= limit) {
            String text = scientific(number, precision - 1);
            int mark = text.indexOf('e');
            return alternate ? text : trimmed(text.substring(0, mark)) + text.substring(mark);
        }
        String text = fixed(rounded, precision - 1 - exponent);
        return alternate ? text : trimmed(text);
    }

    private static String trimmed(String number) {
        return number.contains(".") ? number.replaceFirst("\\.?0+$", "") : number;
    }
}
