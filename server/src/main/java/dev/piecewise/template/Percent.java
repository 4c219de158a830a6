package dev.piecewise.template;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code format % values}. */
final class Percent {
    private static final Pattern FIELD =
            Pattern.compile("%(?:\\(([^)]*)\\))?([#0\\- +]*)(\\*|\\d+)?(?:\\.(\\*|\\d*))?[hlL]?(.)", Pattern.DOTALL);

    private final Rendering rendering;
    private final boolean html;
    private List<Object> values = List.of();
    private int used;

    /** With {@code html}, strings that are no HTML are escaped. */
    Percent(Rendering rendering, boolean html) {
        this.rendering = rendering;
        this.html = html;
    }

    String format(String format, Object right) {
        values = right instanceof Tuple tuple ? tuple.items() : List.of(right);
        boolean lookedUp = right instanceof Map<?, ?> || right instanceof List<?> || right instanceof Undefined;
        StringBuilder out = new StringBuilder();
        Matcher field = FIELD.matcher(format);
        int done = 0;
        for (int at = format.indexOf('%'); at >= 0; at = format.indexOf('%', done)) {
            if (!field.region(at, format.length()).lookingAt()) {
                throw new TemplateError("incomplete format");
            }
            rendering.budget().characters(field.end() - done + 1L);
            out.append(format, done, at).append(field(field, right));
            done = field.end();
        }
        if (used < values.size() && !lookedUp) {
            throw new TemplateError("not all arguments converted during string formatting");
        }
        return out.append(format, done, format.length()).toString();
    }

    private String field(Matcher field, Object right) {
        char type = field.group(5).charAt(0);
        if (type == '%') {
            return "%";
        }
        String flags = field.group(2);
        int width = count(field.group(3), 0);
        int precision = count(field.group(4), field.group(4) == null ? -1 : 0);
        Object value = field.group(1) == null ? next() : named(field.group(1), right);
        String text = converted(type, value, new Flags(flags, Math.abs(width), precision));
        rendering.budget().characters(text.length());
        return text;
    }

    private record Flags(String flags, int width, int precision) {
        boolean has(char flag) {
            return flags.indexOf(flag) >= 0;
        }

        Spec spec(char type) {
            char sign = has('+') ? '+' : has(' ') ? ' ' : '-';
            boolean zeros = has('0') && !has('-');
            char align = has('-') ? '<' : zeros ? '=' : '>';
            return new Spec(zeros ? "0" : " ", align, sign, has('#'), width, "", precision, type);
        }
    }

    private int count(@Nullable String digits, int missing) {
        if (digits == null || !digits.equals("*")) {
            return Spec.number(digits, missing);
        }
        return Spec.number(String.valueOf(Math.abs(Numbers.index(next()))), missing);
    }

    private Object next() {
        if (used == values.size()) {
            throw new TemplateError("not enough arguments for format string");
        }
        return values.get(used++);
    }

    private Object named(String name, Object right) {
        if (!(right instanceof Map<?, ?> map)) {
            throw new TemplateError("format requires a mapping");
        }
        Object value = map.get(name);
        if (value == null) {
            throw new TemplateError(Texts.quoted(name));
        }
        return value;
    }

    private String converted(char type, Object value, Flags flags) {
        return switch (type) {
            case 's', 'r', 'a' ->
                new Spec(" ", flags.has('-') ? '<' : '>', '-', false, flags.width(), "", flags.precision(), 's')
                        .format(text(type, value), rendering);
            case 'c' -> flags.spec('c').format(code(value), rendering);
            case 'd', 'i', 'u' -> flags.spec('d').format(truncated(number(type, value)), rendering);
            case 'x', 'X', 'o' -> flags.spec(type).format(number(type, value), rendering);
            case 'e', 'E', 'f', 'F', 'g', 'G' -> flags.spec(type).format(Numbers.real(number(type, value)), rendering);
            default -> throw new TemplateError("unsupported format character '" + type + "'");
        };
    }

    private static Object code(Object value) {
        if (Types.isInteger(value)) {
            return Numbers.normal(Numbers.integer(value));
        }
        if (!Types.isString(value) || Chars.length(Types.string(value)) != 1) {
            throw new TemplateError("a character is needed, as int or char");
        }
        return (long) Types.string(value).codePointAt(0);
    }

    private String text(char type, Object value) {
        String text =
                type == 's' ? rendering.texts().text(value) : rendering.texts().repr(value);
        if (type == 'a') {
            text = Texts.ascii(text);
        }
        return html && !(value instanceof Markup) ? Markup.escape(text) : text;
    }

    private static Object number(char type, Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!Types.isNumber(value)) {
            throw new TemplateError("%" + type + " format: a real number is required, not " + Types.name(value));
        }
        return value;
    }

    private static Object truncated(Object number) {
        return number instanceof Double real ? Conversions.truncated(real) : number;
    }
}
