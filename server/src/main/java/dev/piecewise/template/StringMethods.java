package dev.piecewise.template;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The methods of a string. Those that return a string return HTML for HTML. */
final class StringMethods {
    static final Map<String, Method> ALL = all();

    private StringMethods() {}

    private static Map<String, Method> all() {
        Map<String, Method> methods = new HashMap<>(Splitting.METHODS);
        methods.putAll(StringQuestions.METHODS);
        methods.put("strip", (string, arguments, rendering) -> strip(string, arguments, rendering, true, true));
        methods.put("lstrip", (string, arguments, rendering) -> strip(string, arguments, rendering, true, false));
        methods.put("rstrip", (string, arguments, rendering) -> strip(string, arguments, rendering, false, true));
        methods.put("replace", StringMethods::replace);
        methods.put("upper", changing("upper", text -> text.toUpperCase(Locale.ROOT)));
        methods.put("lower", changing("lower", text -> text.toLowerCase(Locale.ROOT)));
        methods.put(
                "casefold",
                changing("casefold", text -> text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT)));
        methods.put("capitalize", changing("capitalize", Letters::capitalized));
        methods.put("title", changing("title", Letters::titled));
        methods.put("swapcase", changing("swapcase", Letters::swapped));
        methods.put("ljust", (string, arguments, rendering) -> justify("ljust", string, arguments, rendering));
        methods.put("rjust", (string, arguments, rendering) -> justify("rjust", string, arguments, rendering));
        methods.put("center", (string, arguments, rendering) -> justify("center", string, arguments, rendering));
        methods.put("zfill", StringMethods::zfill);
        methods.put("expandtabs", StringMethods::expandTabs);
        methods.put("removeprefix", StringMethods::removePrefix);
        methods.put("removesuffix", StringMethods::removeSuffix);
        methods.put(
                "format",
                (string, arguments, rendering) -> like(
                        string,
                        new Braces(rendering, string instanceof Markup).format(Types.string(string), arguments)));
        methods.put("format_map", StringMethods::formatMap);
        methods.put("join", StringMethods::join);
        return Map.copyOf(methods);
    }

    /** HTML where the receiver is HTML. */
    static Object like(Object receiver, String text) {
        return receiver instanceof Markup ? new Markup(text) : text;
    }

    private static Method changing(String name, UnaryOperator<String> change) {
        return (string, arguments, rendering) -> {
            arguments.none(name);
            String text = Types.string(string);
            rendering.budget().characters(text.length());
            return like(string, change.apply(text));
        };
    }

    private static Object strip(Object string, Arguments arguments, Rendering rendering, boolean left, boolean right) {
        Arguments.Bound bound = arguments.bindPositional("strip", 0, "chars");
        String text = Types.string(string);
        rendering.budget().characters(text.length());
        String stripped =
                bound.given(0) ? Letters.strip(text, bound.text(0, ""), left, right) : Letters.strip(text, left, right);
        return like(string, stripped);
    }

    private static Object replace(Object string, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bindPositional("replace", 2, "old", "new", "count");
        boolean html = string instanceof Markup;
        String replacement = html ? Rendering.html(bound.get(1)) : bound.text(1, "");
        return like(
                string,
                replaced(Types.string(string), bound.text(0, ""), replacement, bound.integer(2, -1), rendering));
    }

    /** The first {@code count} occurrences replaced, all of them when it is negative. */
    static String replaced(String text, String old, String replacement, long count, Rendering rendering) {
        rendering.budget().search(text.length(), old.length());
        StringBuilder replaced = new StringBuilder();
        int done = 0;
        int from = 0;
        for (long left = count < 0 ? Long.MAX_VALUE : count; left > 0; left--) {
            int at = from > text.length() ? -1 : text.indexOf(old, from);
            if (at < 0) {
                break;
            }
            rendering.budget().characters(at - done + (long) replacement.length());
            replaced.append(text, done, at).append(replacement);
            done = at + old.length();
            from = old.isEmpty() && at < text.length() ? text.offsetByCodePoints(at, 1) : old.isEmpty() ? at + 1 : done;
        }
        return done == 0 && replaced.isEmpty()
                ? text
                : replaced.append(text, done, text.length()).toString();
    }

    private static Object justify(String name, Object string, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bindPositional(name, 1, "width", "fillchar");
        String text = Types.string(string);
        String fill = bound.text(1, " ");
        if (Chars.length(fill) != 1) {
            throw new TemplateError("The fill character must be exactly one character long");
        }
        long width = bound.integer(0, 0);
        long missing = Math.max(0, width - Chars.length(text));
        rendering.budget().characters(text.length() + missing * 2);
        int total = (int) missing;
        int left = switch (name) {
            case "ljust" -> 0;
            case "rjust" -> total;
            default -> total / 2 + (int) (total & width & 1);
        };
        return like(string, fill.repeat(left) + text + fill.repeat(total - left));
    }

    private static Object zfill(Object string, Arguments arguments, Rendering rendering) {
        String text = Types.string(string);
        long missing = Math.max(0, arguments.bindPositional("zfill", 1, "width").integer(0, 0) - Chars.length(text));
        rendering.budget().characters(text.length() + missing);
        boolean signed = text.startsWith("-") || text.startsWith("+");
        String zeros = "0".repeat((int) missing);
        return like(string, signed ? text.charAt(0) + zeros + text.substring(1) : zeros + text);
    }

    private static Object expandTabs(Object string, Arguments arguments, Rendering rendering) {
        long size = arguments.bind("expandtabs", 0, "tabsize").integer(0, 8);
        StringBuilder expanded = new StringBuilder();
        int column = 0;
        for (int c : Types.string(string).codePoints().toArray()) {
            if (c == '\t') {
                long blanks = size <= 0 ? 0 : size - column % size;
                rendering.budget().characters(blanks);
                expanded.repeat(' ', (int) blanks);
                column += (int) blanks;
            } else {
                rendering.budget().step();
                expanded.appendCodePoint(c);
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        return like(string, expanded.toString());
    }

    private static Object removePrefix(Object string, Arguments arguments, Rendering rendering) {
        String text = Types.string(string);
        String prefix = arguments.bindPositional("removeprefix", 1, "prefix").text(0, "");
        rendering.budget().characters(text.length());
        return like(string, text.startsWith(prefix) ? text.substring(prefix.length()) : text);
    }

    private static Object removeSuffix(Object string, Arguments arguments, Rendering rendering) {
        String text = Types.string(string);
        String suffix = arguments.bindPositional("removesuffix", 1, "suffix").text(0, "");
        rendering.budget().characters(text.length());
        return like(string, text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text);
    }

    private static Object formatMap(Object string, Arguments arguments, Rendering rendering) {
        Object values = arguments.bindPositional("format_map", 1, "mapping").get(0);
        if (!(values instanceof Map<?, ?> map)) {
            throw new TemplateError("format_map() argument must be a mapping");
        }
        Map<String, Object> named = new HashMap<>();
        Types.dict(map).forEach((key, value) -> named.put(rendering.texts().text(key), value));
        Arguments spread = new Arguments(java.util.List.of(), named);
        return like(string, new Braces(rendering, string instanceof Markup).format(Types.string(string), spread));
    }

    private static Object join(Object string, Arguments arguments, Rendering rendering) {
        Object items = arguments.bind("join", 1, "iterable").get(0);
        boolean html = string instanceof Markup;
        String separator = Types.string(string);
        StringBuilder joined = new StringBuilder();
        int place = 0;
        for (Object item : rendering.iteration().list(items)) {
            if (!Types.isString(item) && !html) {
                throw new TemplateError(
                        "sequence item " + place + ": expected str instance, " + Types.name(item) + " found");
            }
            String text = html
                    ? Rendering.html(
                            item instanceof Markup || item instanceof String
                                    ? item
                                    : rendering.texts().text(item))
                    : Types.string(item);
            rendering.budget().characters(text.length() + (long) separator.length());
            joined.append(place++ == 0 ? "" : separator).append(text);
        }
        return like(string, joined.toString());
    }
}
