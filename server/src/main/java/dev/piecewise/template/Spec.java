package dev.piecewise.template;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a value is to be written: Python's format specification, such as {@code >10} or {@code ,.2f}. */
record Spec(
        String fill, char align, char sign, boolean alternate, int width, String grouping, int precision, char type) {
    private static final Pattern FORM = Pattern.compile(
            "(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\\d+)?([,_])?(?:\\.(\\d+))?([a-zA-Z%])?", Pattern.DOTALL);
    private static final int MAX_DIGITS = 1 << 16;

    static Spec parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TemplateError("Invalid format specifier");
        }
        boolean zero = form.group(6) != null;
        String fill = form.group(1) != null ? form.group(1) : zero ? "0" : " ";
        char align = form.group(2) != null ? form.group(2).charAt(0) : zero ? '=' : 0;
        return new Spec(
                fill,
                align,
                form.group(3) == null ? '-' : form.group(3).charAt(0),
                form.group(5) != null,
                number(form.group(7), 0),
                form.group(8) == null ? "" : form.group(8),
                number(form.group(9), -1),
                form.group(10) == null ? 0 : form.group(10).charAt(0));
    }

    static int number(@Nullable String digits, int missing) {
        if (digits == null || digits.isEmpty()) {
            return missing;
        }
        if (digits.length() > 6 || Integer.parseInt(digits) > MAX_DIGITS) {
            throw new TemplateError("Too many decimal digits in format string");
        }
        return Integer.parseInt(digits);
    }

    /** What Python's {@code format(value, text)} returns. */
    static String format(String text, Object value, Rendering rendering) {
        return text.isEmpty() ? rendering.texts().text(value) : parse(text).format(value, rendering);
    }

    String format(Object value, Rendering rendering) {
        rendering.budget().characters(width + Math.max(0, precision) * 2L);
        if (Types.isString(value)) {
            return string(Types.string(value));
        }
        if (value instanceof Double number) {
            return real(number);
        }
        if (Types.isInteger(value)) {
            return integer(Numbers.integer(value));
        }
        throw new TemplateError("unsupported format string passed to " + Types.name(value) + ".__format__");
    }

    private String string(String text) {
        if (type != 0 && type != 's') {
            throw new TemplateError("Unknown format code '" + type + "' for object of type 'str'");
        }
        if (sign != '-' || !grouping.isEmpty() || (align == '=' && !fill.equals("0"))) {
            throw new TemplateError("sign, '=' or ',' not allowed in string format specifier");
        }
        boolean cut = precision >= 0 && precision < Chars.length(text);
        return padded("", cut ? text.substring(0, Chars.offset(text, precision)) : text, '<');
    }

    private String real(double number) {
        boolean negative = number < 0 || (number == 0 && 1 / number < 0);
        double magnitude = Math.abs(number);
        char kind = Character.toLowerCase(type);
        String digits = switch (kind) {
            case 0 -> precision < 0 ? Texts.number(magnitude) : Decimals.likeRepr(magnitude, precision);
            case 'f', 'e', 'g', '%', 'n' ->
                Decimals.format(magnitude, kind == 'n' ? 'g' : kind, precision < 0 ? 6 : precision, alternate);
            default -> throw new TemplateError("Unknown format code '" + type + "' for object of type 'float'");
        };
        return number(negative, grouped(Character.isUpperCase(type) ? digits.toUpperCase(Locale.ROOT) : digits, 3));
    }

    private String integer(BigInteger integer) {
        String digits = switch (type) {
            case 0, 'd', 'n' -> grouped(integer.abs().toString(), 3);
            case 'x' -> (alternate ? "0x" : "") + grouped(integer.abs().toString(16), 4);
            case 'X' ->
                (alternate ? "0X" : "") + grouped(integer.abs().toString(16).toUpperCase(Locale.ROOT), 4);
            case 'o' -> (alternate ? "0o" : "") + grouped(integer.abs().toString(8), 4);
            case 'b' -> (alternate ? "0b" : "") + grouped(integer.abs().toString(2), 4);
            case 'c' -> character(integer);
            case 's' -> throw new TemplateError("Unknown format code 's' for object of type 'int'");
            default -> "";
        };
        if (digits.isEmpty()) {
            return real(Numbers.real(Numbers.normal(integer)));
        }
        if (precision >= 0) {
            throw new TemplateError("Precision not allowed in integer format specifier");
        }
        return number(integer.signum() < 0, digits);
    }

    private static String character(BigInteger code) {
        if (code.signum() < 0 || code.bitLength() > 21 || !Character.isValidCodePoint(code.intValue())) {
            throw new TemplateError("the code of a character is not in range(0x110000)");
        }
        return Character.toString(code.intValue());
    }

    private String grouped(String digits, int size) {
        int end = 0;
        while (end < digits.length() && Character.isLetterOrDigit(digits.charAt(end))) {
            end++;
        }
        if (grouping.isEmpty() || (size == 3 && !Character.isDigit(digits.charAt(0)))) {
            return digits;
        }
        StringBuilder grouped = new StringBuilder(digits);
        for (int at = end - size; at > 0; at -= size) {
            grouped.insert(at, grouping);
        }
        return grouped.toString();
    }

    private String number(boolean negative, String digits) {
        String mark = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
        return padded(mark, digits, '>');
    }

    private String padded(String mark, String text, char usual) {
        int missing = Math.max(0, width - Chars.length(text) - mark.length());
        boolean zeros = align == '=' && usual == '<';
        int left = switch (align == 0 || zeros ? usual : align) {
            case '<' -> 0;
            case '^' -> missing / 2;
            default -> missing;
        };
        return align == '=' && !zeros
                ? mark + fill.repeat(missing) + text
                : fill.repeat(left) + mark + text + fill.repeat(missing - left);
    }
}
