package dev.piecewise.template;

/** The escapes of a string literal, as in Python. */
final class Escapes {
    private static final String SIMPLE = "\\'\"abfnrtv";
    private static final String MEANING = "\\'\"\u0007\b\f\n\r\t\u000b";

    private final String raw;
    private final int line;
    private final StringBuilder decoded = new StringBuilder();

    private Escapes(String raw, int line) {
        this.raw = raw;
        this.line = line;
    }

    static String decoded(String raw, int line) {
        return raw.indexOf('\\') < 0 ? raw : new Escapes(raw, line).decode();
    }

    private String decode() {
        int at = 0;
        while (at < raw.length()) {
            char c = raw.charAt(at);
            if (c == '\\') {
                at = escape(at + 1);
            } else {
                decoded.append(c);
                at++;
            }
        }
        return decoded.toString();
    }

    /** Appends what the escape at this place stands for, and returns where it ends. */
    private int escape(int at) {
        char c = raw.charAt(at);
        int simple = SIMPLE.indexOf(c);
        if (simple >= 0) {
            decoded.append(MEANING.charAt(simple));
            return at + 1;
        }
        return switch (c) {
            case '\n' -> at + 1;
            case 'x' -> code(at + 1, 2, 16);
            case 'u' -> code(at + 1, 4, 16);
            case 'U' -> code(at + 1, 8, 16);
            case 'N' -> name(at + 1);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal(at);
            default -> {
                decoded.append('\\').append(c);
                yield at + 1;
            }
        };
    }

    private int octal(int at) {
        int end = at + 1;
        while (end < raw.length() && end < at + 3 && raw.charAt(end) >= '0' && raw.charAt(end) <= '7') {
            end++;
        }
        return code(at, end - at, 8);
    }

    private int code(int at, int digits, int radix) {
        try {
            decoded.appendCodePoint(Integer.parseUnsignedInt(raw, at, at + digits, radix));
            return at + digits;
        } catch (IllegalArgumentException | IndexOutOfBoundsException broken) {
            throw TemplateError.syntax("illegal or truncated escape in a string", line);
        }
    }

    private int name(int at) {
        int end = raw.indexOf('}', at);
        try {
            decoded.appendCodePoint(Character.codePointOf(raw.substring(at + 1, end)));
            return end + 1;
        } catch (IllegalArgumentException | IndexOutOfBoundsException broken) {
            throw TemplateError.syntax("unknown Unicode character name in a string", line);
        }
    }
}
