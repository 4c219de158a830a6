package dev.piecewise.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Values as Python prints them. */
final class Texts {
    private final Budget budget;

    Texts(Budget budget) {
        this.budget = budget;
    }

    /** Python's {@code str}. */
    String text(Object value) {
        return switch (value) {
            case String string -> string;
            case Markup markup -> markup.text();
            case Undefined undefined -> "";
            default -> repr(value);
        };
    }

    /** Python's {@code repr}. */
    String repr(Object value) {
        StringBuilder printed = new StringBuilder();
        print(value, printed);
        return printed.toString();
    }

    private void print(Object value, StringBuilder out) {
        budget.step();
        switch (value) {
            case None none -> out.append("None");
            case Boolean bool -> out.append(bool ? "True" : "False");
            case Long integer -> out.append((long) integer);
            case BigInteger integer -> out.append(integer);
            case Double number -> out.append(number(number));
            case String string -> string(string, out);
            case Markup markup -> {
                out.append("Markup(");
                string(markup.text(), out);
                out.append(')');
            }
            case Range range -> out.append(range);
            case List<?> list -> items("[", Types.list(list), "]", out);
            case Tuple tuple -> items("(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")", out);
            case Map<?, ?> map -> dict(Types.dict(map), out);
            case View view -> items(view.kind() + "([", view.items(), "])", out);
            case Undefined undefined -> out.append("Undefined");
            case Namespace namespace -> {
                out.append("<Namespace ");
                dict(namespace.attributes, out);
                out.append('>');
            }
            case Macro macro -> out.append(macro);
            case Loop loop -> out.append(loop);
            default -> out.append('<').append(Types.name(value)).append(" object>");
        }
    }

    private void string(String string, StringBuilder out) {
        budget.characters(string.length() * 2L);
        out.append(quoted(string));
    }

    private void items(String open, Collection<Object> items, String close, StringBuilder out) {
        budget.enter();
        out.append(open);
        String separator = "";
        for (Object item : items) {
            out.append(separator);
            print(item, out);
            separator = ", ";
        }
        out.append(close);
        budget.leave();
    }

    private void dict(Map<Object, Object> dict, StringBuilder out) {
        budget.enter();
        out.append('{');
        String separator = "";
        for (Map.Entry<Object, Object> entry : dict.entrySet()) {
            out.append(separator);
            print(entry.getKey(), out);
            out.append(": ");
            print(entry.getValue(), out);
            separator = ", ";
        }
        out.append('}');
        budget.leave();
    }

    /** A float with as many digits as it takes to tell it from its neighbours. */
    static String number(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(Math.abs(number))).stripTrailingZeros();
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        return (number < 0 ? "-" : "")
                + (point > 16 || point <= -4 ? scientific(digits, point - 1) : plain(digits, point));
    }

    private static String plain(String digits, int point) {
        if (point <= 0) {
            return "0." + "0".repeat(-point) + digits;
        }
        return point >= digits.length()
                ? digits + "0".repeat(point - digits.length()) + ".0"
                : digits.substring(0, point) + "." + digits.substring(point);
    }

    private static String scientific(String digits, int exponent) {
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        String size = (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + size;
    }

    /** A string as a Python literal. */
    static String quoted(String string) {
        char quote = string.indexOf('\'') >= 0 && string.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder quoted = new StringBuilder(string.length() + 2).append(quote);
        string.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\\' -> quoted.append("\\\\");
                default -> character(c, quote, quoted);
            }
        });
        return quoted.append(quote).toString();
    }

    /** A literal without anything but ASCII. */
    static String ascii(String quoted) {
        StringBuilder ascii = new StringBuilder(quoted.length());
        quoted.codePoints().forEach(c -> ascii.append(c < 0x80 ? Character.toString(c) : escape(c)));
        return ascii.toString();
    }

    private static String escape(int c) {
        return c < 0x100 ? "\\x%02x".formatted(c) : c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c);
    }

    private static void character(int c, char quote, StringBuilder quoted) {
        if (c == quote) {
            quoted.append('\\').append(quote);
        } else if (isPrintable(c)) {
            quoted.appendCodePoint(c);
        } else {
            quoted.append(escape(c));
        }
    }

    static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
