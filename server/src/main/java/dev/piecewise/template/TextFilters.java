package dev.piecewise.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The filters that make strings of strings. */
final class TextFilters {
    static final Map<String, Filter> ALL = Map.ofEntries(
            Map.entry("upper", method("upper")),
            Map.entry("lower", method("lower")),
            Map.entry("capitalize", method("capitalize")),
            Map.entry("trim", method("strip")),
            Map.entry("center", TextFilters::center),
            Map.entry("title", TextFilters::title),
            Map.entry("string", (value, arguments, rendering) -> soft(value, rendering)),
            Map.entry("replace", TextFilters::replace),
            Map.entry("format", TextFilters::format),
            Map.entry("join", TextFilters::join),
            Map.entry("indent", TextFilters::indent),
            Map.entry("truncate", TextFilters::truncate),
            Map.entry("wordcount", TextFilters::wordCount),
            Map.entry("wordwrap", WordWrap::filter));

    private TextFilters() {}

    /** A string; HTML stays HTML. */
    static Object soft(Object value, Rendering rendering) {
        return value instanceof Markup ? value : rendering.texts().text(value);
    }

    private static Filter method(String name) {
        return (value, arguments, rendering) -> {
            Method method = StringMethods.ALL.get(name);
            if (method == null) {
                throw new IllegalStateException(name);
            }
            return method.call(soft(value, rendering), arguments, rendering);
        };
    }

    private static Object center(Object value, Arguments arguments, Rendering rendering) {
        Object width = arguments.bind("center", 0, "width").get(0, 80L);
        return method("center").apply(value, new Arguments(List.of(width), Map.of()), rendering);
    }

    /** Other than the method: only blanks and opening brackets begin a word. */
    private static Object title(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("title");
        String text = rendering.texts().text(value);
        rendering.budget().characters(text.length());
        StringBuilder titled = new StringBuilder();
        boolean begins = true;
        for (int c : text.codePoints().toArray()) {
            String letter = Character.toString(c);
            titled.append(begins ? letter.toUpperCase(Locale.ROOT) : letter.toLowerCase(Locale.ROOT));
            begins = Chars.isSpace(c) || "-({[<".indexOf(c) >= 0;
        }
        return titled.toString();
    }

    private static Object replace(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("replace", 2, "old", "new", "count");
        Texts texts = rendering.texts();
        long count = bound.given(2) ? bound.integer(2, -1) : -1;
        return StringMethods.replaced(
                texts.text(value), texts.text(bound.get(0)), texts.text(bound.get(1)), count, rendering);
    }

    private static Object format(Object value, Arguments arguments, Rendering rendering) {
        boolean named = !arguments.named().isEmpty();
        if (named && !arguments.positional().isEmpty()) {
            throw new TemplateError("can't handle positional and keyword arguments at the same time");
        }
        Object values = named ? arguments.named() : new Tuple(arguments.positional(), false);
        return rendering.operators().apply(Expr.Operator.MODULO, soft(value, rendering), values, rendering);
    }

    private static Object join(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("join", 0, "d", "attribute");
        Path path = bound.given(1) ? Path.of(bound.get(1)) : Path.ITSELF;
        String separator = rendering.texts().text(bound.get(0, ""));
        StringBuilder joined = new StringBuilder();
        boolean first = true;
        for (Object item : rendering.iteration().list(value)) {
            String text = rendering.text(path.follow(item, rendering));
            rendering.budget().characters(text.length() + (long) separator.length());
            joined.append(first ? "" : separator).append(text);
            first = false;
        }
        return rendering.printed(joined);
    }

    private static Object indent(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("indent", 0, "width", "first", "blank");
        if (!Types.isString(value)) {
            throw value instanceof Undefined undefined
                    ? undefined.error()
                    : new TemplateError("unsupported operand type(s) for +=: '" + Types.name(value) + "' and 'str'");
        }
        String indent = indent(bound.get(0, 4L), rendering);
        List<String> lines = Splitting.lines(Types.string(value) + "\n", false);
        StringBuilder out = new StringBuilder(bound.flag(1, false) ? indent : "");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            rendering.budget().characters(line.length() + (long) indent.length());
            boolean indented = i > 0 && (bound.flag(2, false) || !line.isEmpty());
            out.append(i > 0 ? "\n" : "").append(indented ? indent : "").append(line);
        }
        return StringMethods.like(value, out.toString());
    }

    private static String indent(Object width, Rendering rendering) {
        if (Types.isString(width)) {
            return Types.string(width);
        }
        long blanks = Math.max(0, Numbers.index(width));
        rendering.budget().characters(blanks);
        return " ".repeat((int) blanks);
    }

    private static Object truncate(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
        String end = bound.text(2, "...");
        long length = bound.integer(0, 255);
        long leeway = bound.given(3) ? bound.integer(3, 5) : 5;
        long kept = length - Chars.length(end);
        if (kept < 0 || leeway < 0) {
            throw new TemplateError("expected length >= " + Chars.length(end) + ", got " + length);
        }
        if (Iteration.length(value) - leeway <= length) {
            return value;
        }
        String text = Types.string(value);
        rendering.budget().characters(text.length());
        String start = text.substring(0, Chars.offset(text, (int) kept));
        int blank = bound.flag(1, false) ? -1 : start.lastIndexOf(' ');
        return StringMethods.like(value, (blank < 0 ? start : start.substring(0, blank)) + end);
    }

    private static Object wordCount(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("wordcount");
        String text = rendering.texts().text(value);
        rendering.budget().characters(text.length());
        long words = 0;
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            boolean letter = Character.isLetterOrDigit(c) || c == '_';
            if (letter && !inWord) {
                words++;
            }
            inWord = letter;
        }
        return words;
    }
}
