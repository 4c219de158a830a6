package dev.piecewise.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The methods that cut a string into pieces. */
final class Splitting {
    static final Map<String, Method> METHODS = Map.of(
            "split", (string, arguments, rendering) -> split("split", string, arguments, rendering),
            "rsplit", (string, arguments, rendering) -> split("rsplit", string, arguments, rendering),
            "splitlines", Splitting::splitLines,
            "partition", (string, arguments, rendering) -> partition(string, arguments, rendering, false),
            "rpartition", (string, arguments, rendering) -> partition(string, arguments, rendering, true));

    private Splitting() {}

    private static Object split(String name, Object string, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind(name, 0, "sep", "maxsplit");
        String text = Types.string(string);
        long most = bound.integer(1, -1);
        long limit = most < 0 ? Long.MAX_VALUE : most;
        rendering.budget().characters(text.length() * 4L);
        List<String> pieces;
        if (bound.given(0)) {
            String separator = bound.text(0, "");
            if (separator.isEmpty()) {
                throw new TemplateError("empty separator");
            }
            rendering.budget().search(text.length(), separator.length());
            pieces = name.equals("split")
                    ? atSeparator(text, separator, limit)
                    : atLastSeparators(text, separator, limit);
        } else {
            pieces = name.equals("split") ? atBlanks(text, limit) : atLastBlanks(text, limit);
        }
        return pieces(pieces, string, rendering);
    }

    private static List<Object> pieces(List<String> pieces, Object string, Rendering rendering) {
        rendering.budget().steps(pieces.size());
        List<Object> values = new ArrayList<>(pieces.size());
        for (String piece : pieces) {
            values.add(StringMethods.like(string, piece));
        }
        return values;
    }

    private static List<String> atSeparator(String text, String separator, long limit) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0 && pieces.size() < limit; at = text.indexOf(separator, from)) {
            pieces.add(text.substring(from, at));
            from = at + separator.length();
        }
        pieces.add(text.substring(from));
        return pieces;
    }

    private static List<String> atLastSeparators(String text, String separator, long limit) {
        List<String> pieces = new ArrayList<>();
        int to = text.length();
        while (pieces.size() < limit) {
            int at = to < separator.length() ? -1 : text.lastIndexOf(separator, to - separator.length());
            if (at < 0) {
                break;
            }
            pieces.add(text.substring(at + separator.length(), to));
            to = at;
        }
        pieces.add(text.substring(0, to));
        return pieces.reversed();
    }

    private static List<String> atBlanks(String text, long limit) {
        List<String> pieces = new ArrayList<>();
        int at = Chars.skipBlanks(text, 0);
        while (at < text.length()) {
            if (pieces.size() >= limit) {
                pieces.add(text.substring(at));
                break;
            }
            int from = at;
            while (at < text.length() && !Chars.isSpace(text.charAt(at))) {
                at++;
            }
            pieces.add(text.substring(from, at));
            at = Chars.skipBlanks(text, at);
        }
        return pieces;
    }

    private static List<String> atLastBlanks(String text, long limit) {
        List<String> pieces = new ArrayList<>();
        int at = Chars.stripTrailing(text).length();
        while (at > 0) {
            if (pieces.size() >= limit) {
                pieces.add(text.substring(0, at));
                break;
            }
            int to = at;
            while (at > 0 && !Chars.isSpace(text.charAt(at - 1))) {
                at--;
            }
            pieces.add(text.substring(at, to));
            while (at > 0 && Chars.isSpace(text.charAt(at - 1))) {
                at--;
            }
        }
        return pieces.reversed();
    }

    private static Object splitLines(Object string, Arguments arguments, Rendering rendering) {
        boolean keep = arguments.bind("splitlines", 0, "keepends").flag(0, false);
        String text = Types.string(string);
        rendering.budget().characters(text.length() * 4L);
        return pieces(lines(text, keep), string, rendering);
    }

    static List<String> lines(String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int end = from;
            while (end < text.length() && !endsLine(text.charAt(end))) {
                end++;
            }
            int next = end;
            if (end < text.length()) {
                next += text.startsWith("\r\n", end) ? 2 : 1;
            }
            lines.add(text.substring(from, keepEnds ? next : end));
            from = next;
        }
        return lines;
    }

    private static boolean endsLine(char c) {
        return (c >= '\n' && c <= '\r') || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    private static Object partition(Object string, Arguments arguments, Rendering rendering, boolean last) {
        String text = Types.string(string);
        String separator = arguments.bindPositional("partition", 1, "sep").text(0, "");
        if (separator.isEmpty()) {
            throw new TemplateError("empty separator");
        }
        rendering.budget().search(text.length(), separator.length());
        int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
        List<String> parts;
        if (at < 0) {
            parts = last ? List.of("", "", text) : List.of(text, "", "");
        } else {
            parts = List.of(text.substring(0, at), separator, text.substring(at + separator.length()));
        }
        return new Tuple(pieces(parts, string, rendering), false);
    }
}
