package dev.piecewise.template;

/** Python's {@code str.format}. */
final class Braces {
    private static final int MAX_DEPTH = 2;

    private final Rendering rendering;
    private final boolean html;
    private Arguments arguments = Arguments.NONE;
    private int next;

    /** With {@code html}, what is no HTML is escaped. */
    Braces(Rendering rendering, boolean html) {
        this.rendering = rendering;
        this.html = html;
    }

    String format(String format, Arguments values) {
        arguments = values;
        return format(format, MAX_DEPTH);
    }

    private String format(String format, int depth) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            rendering.budget().step();
            char c = format.charAt(at);
            boolean twice = at + 1 < format.length() && format.charAt(at + 1) == c;
            if (c != '{' && c != '}') {
                out.append(c);
                at++;
            } else if (twice) {
                out.append(c);
                at += 2;
            } else {
                int end = c == '{' ? end(format, at) : -1;
                if (end < 0 || depth == 0) {
                    throw new TemplateError("Single '" + c + "' encountered in format string");
                }
                String field = field(format.substring(at + 1, end), depth);
                rendering.budget().characters(field.length());
                out.append(field);
                at = end + 1;
            }
        }
        return out.toString();
    }

    /** Where the field that begins here ends; fields may be nested in its format. */
    private static int end(String format, int at) {
        int open = 0;
        for (int i = at; i < format.length(); i++) {
            open += format.charAt(i) == '{' ? 1 : format.charAt(i) == '}' ? -1 : 0;
            if (open == 0) {
                return i;
            }
        }
        return -1;
    }

    private String field(String field, int depth) {
        int colon = field.indexOf(':');
        String name = colon < 0 ? field : field.substring(0, colon);
        String spec = colon < 0 ? "" : field.substring(colon + 1);
        int mark = name.indexOf('!');
        Object value = value(mark < 0 ? name : name.substring(0, mark));
        if (mark >= 0) {
            value = converted(name.substring(mark + 1), value);
        }
        String text = Spec.format(spec.indexOf('{') < 0 ? spec : format(spec, depth - 1), value, rendering);
        return html && !(value instanceof Markup) ? Markup.escape(text) : text;
    }

    private String converted(String conversion, Object value) {
        return switch (conversion) {
            case "s" -> rendering.texts().text(value);
            case "r" -> rendering.texts().repr(value);
            case "a" -> Texts.ascii(rendering.texts().repr(value));
            default -> throw new TemplateError("Unknown conversion specifier '" + conversion + "'");
        };
    }

    private Object value(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        Object value = argument(path.substring(0, end));
        while (end < path.length()) {
            int from = end + 1;
            boolean index = path.charAt(end) == '[';
            end = index ? path.indexOf(']', from) : from;
            if (end < 0) {
                throw new TemplateError("Missing ']' in format string");
            }
            while (!index && end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
                end++;
            }
            value = part(value, path.substring(from, end), index);
            end += index ? 1 : 0;
        }
        return value;
    }

    private Object part(Object value, String part, boolean index) {
        boolean number =
                index && !part.isEmpty() && part.length() < 10 && part.chars().allMatch(Character::isDigit);
        Object found = index
                ? rendering.attributes().item(value, number ? (Object) Long.valueOf(part) : part)
                : rendering.attributes().attribute(value, part);
        if (found instanceof Undefined undefined) {
            throw undefined.error();
        }
        return found;
    }

    private Object argument(String name) {
        boolean number = name.length() < 10 && name.chars().allMatch(Character::isDigit);
        if (!number) {
            Object value = arguments.named().get(name);
            if (value == null) {
                throw new TemplateError(Texts.quoted(name));
            }
            return value;
        }
        int place = name.isEmpty() ? next++ : Integer.parseInt(name);
        if (place >= arguments.positional().size()) {
            throw new TemplateError("Replacement index " + place + " out of range for positional args tuple");
        }
        return arguments.positional().get(place);
    }
}
