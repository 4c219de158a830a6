package dev.piecewise.template;

import java.util.ArrayList;
import java.util.List;

/** The filter {@code wordwrap}: lines of no more than so many characters. */
final class WordWrap {
    private WordWrap() {}

    static Object filter(Object value, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound =
                arguments.bind("wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
        int width = Math.clamp(bound.integer(0, 79), 0, Integer.MAX_VALUE);
        if (width == 0) {
            throw new TemplateError("invalid width " + width + " (must be > 0)");
        }
        String separator = bound.given(2) ? bound.text(2, "\n") : "\n";
        String text = Types.string(value);
        rendering.budget().characters(text.length() * 8L);
        List<String> wrapped = new ArrayList<>();
        for (String line : Splitting.lines(text, false)) {
            List<String> lines = wrap(words(line, bound.flag(3, true)), width, bound.flag(1, true));
            rendering.budget().characters(lines.size() * (long) separator.length());
            wrapped.add(String.join(separator, lines));
        }
        return String.join(separator, wrapped);
    }

    /** Words and the blanks between them; a word may be cut behind a hyphen. */
    private static List<String> words(String line, boolean hyphens) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int at = 1; at <= line.length(); at++) {
            boolean cut = at == line.length()
                    || Chars.isSpace(line.charAt(at - 1)) != Chars.isSpace(line.charAt(at))
                    || (hyphens && isHyphen(line, at - 1));
            if (cut) {
                words.add(line.substring(from, at));
                from = at;
            }
        }
        return words;
    }

    private static boolean isHyphen(String line, int at) {
        return line.charAt(at) == '-'
                && at >= 2
                && at + 2 < line.length()
                && Character.isLetter(line.charAt(at - 1))
                && Character.isLetter(line.charAt(at - 2))
                && Character.isLetter(line.charAt(at + 1))
                && Character.isLetter(line.charAt(at + 2));
    }

    private static List<String> wrap(List<String> words, int width, boolean breakLong) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : words) {
            String rest = word;
            int used = line.codePointCount(0, line.length());
            if (used + Chars.length(rest) > width && !(line.isEmpty() && !breakLong)) {
                boolean fill = breakLong && Chars.length(rest) > width;
                if (fill && !Chars.isBlank(rest, 0)) {
                    int room = Chars.offset(rest, width - used);
                    line.append(rest, 0, room);
                    rest = rest.substring(room);
                }
                flush(line, lines);
                while (fill && Chars.length(rest) > width) {
                    int end = Chars.offset(rest, width);
                    lines.add(rest.substring(0, end));
                    rest = rest.substring(end);
                }
            }
            if (!(line.isEmpty() && !lines.isEmpty() && Chars.isBlank(rest, 0))) {
                line.append(rest);
            }
        }
        flush(line, lines);
        return lines;
    }

    private static void flush(StringBuilder line, List<String> lines) {
        String text = Chars.stripTrailing(line.toString());
        if (!text.isEmpty()) {
            lines.add(text);
        }
        line.setLength(0);
    }
}
