package dev.piecewise.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code int(...)} and {@code float(...)}. */
final class Conversions {
    private static final Pattern FLOAT = Pattern.compile(
            "[+-]?(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)([eE][+-]?\\d+(_\\d+)*)?|[+-]?(inf|infinity|nan)");
    private static final Pattern DIGITS = Pattern.compile("[+-]?[0-9a-z]+(_[0-9a-z]+)*");
    private static final int MAX_DIGITS = 4300;

    private Conversions() {}

    /** A number's whole part; an error for what is not finite. */
    static Object truncated(double number) {
        if (!Double.isFinite(number)) {
            throw new TemplateError(
                    "cannot convert float " + (Double.isNaN(number) ? "NaN" : "infinity") + " to integer");
        }
        return Numbers.normal(new BigDecimal(number).toBigInteger());
    }

    /** The integer that a text stands for, null for none. */
    static @Nullable Object integer(String text, int base) {
        String digits = Letters.strip(text, true, true).toLowerCase(Locale.ROOT);
        String sign = digits.startsWith("-") || digits.startsWith("+") ? digits.substring(0, 1) : "";
        String rest = digits.substring(sign.length());
        int radix = base;
        for (String prefix : new String[] {"0x16", "0o8", "0b2"}) {
            int meant = Integer.parseInt(prefix.substring(2));
            if (rest.startsWith(prefix.substring(0, 2)) && (base == meant || base == 0)) {
                radix = meant;
                rest = rest.substring(rest.startsWith("_", 2) ? 3 : 2);
            }
        }
        if (!DIGITS.matcher(rest).matches()
                || rest.length() > MAX_DIGITS
                || rest.startsWith("-")
                || rest.startsWith("+")) {
            return null;
        }
        try {
            return Numbers.normal(new BigInteger(sign + rest.replace("_", ""), radix == 0 ? 10 : radix));
        } catch (NumberFormatException none) {
            return null;
        }
    }

    /** The float that a value stands for, null for none. */
    static @Nullable Double real(Object value) {
        if (Types.isNumber(value)) {
            return Numbers.real(value);
        }
        if (!Types.isString(value)) {
            return null;
        }
        String text = Letters.strip(Types.string(value), true, true).toLowerCase(Locale.ROOT);
        if (text.length() > MAX_DIGITS || !FLOAT.matcher(text).matches()) {
            return null;
        }
        return switch (text.replaceFirst("^[+-]", "")) {
            case "inf", "infinity" -> text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> Double.valueOf(text.replace("_", ""));
        };
    }
}
