package dev.piecewise.grammar;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a backslash in a regular expression stands for. */
final class RegexEscapes {
    private static final CodePoints DIGITS = CodePoints.of('0', '9');
    private static final CodePoints WORD =
            DIGITS.or(CodePoints.of('a', 'z')).or(CodePoints.of('A', 'Z')).or(CodePoints.of('_'));
    private static final CodePoints ASCII_SPACE = CodePoints.of('\t', '\r').or(CodePoints.of(' '));
    /** Dialects differ in what they count as white space; this is what any of them does. */
    private static final CodePoints ANY_SPACE = ASCII_SPACE
            .or(CodePoints.of(0x1C, 0x1F))
            .or(CodePoints.of(0x85))
            .or(CodePoints.of(0xA0))
            .or(CodePoints.of(0x1680))
            .or(CodePoints.of(0x180E))
            .or(CodePoints.of(0x2000, 0x200B))
            .or(CodePoints.of(0x2028, 0x2029))
            .or(CodePoints.of(0x202F))
            .or(CodePoints.of(0x205F))
            .or(CodePoints.of(0x3000))
            .or(CodePoints.of(0xFEFF));

    private static final Map<Integer, Integer> CONTROLS =
            Map.of((int) 'n', 0x0A, (int) 'r', 0x0D, (int) 't', 0x09, (int) 'f', 0x0C, (int) 'v', 0x0B);

    /** One and two letters of a general category to the bits of {@link Character#getType}. */
    private static final Map<String, Integer> CATEGORIES = Map.ofEntries(
            Map.entry("L", 0x3E),
            Map.entry("Lu", 1 << Character.UPPERCASE_LETTER),
            Map.entry("Ll", 1 << Character.LOWERCASE_LETTER),
            Map.entry("Lt", 1 << Character.TITLECASE_LETTER),
            Map.entry("M", 0x1C0),
            Map.entry("N", 0xE00),
            Map.entry("Nd", 1 << Character.DECIMAL_DIGIT_NUMBER),
            Map.entry("P", 0x61F00000),
            Map.entry("S", 0x1E000000),
            Map.entry("Z", 0x7000));

    /** By the bits: all of Unicode is looked at for each. */
    private static final Map<Integer, CodePoints> KNOWN = new ConcurrentHashMap<>();

    private final RegexParser parser;

    RegexEscapes(RegexParser parser) {
        this.parser = parser;
    }

    /** Behind the backslash. Where dialects differ, the set is one that all agree on; inside of negated brackets, one beyond which all agree. */
    CodePoints read(boolean negated) {
        int c = parser.next();
        return switch (c) {
            case 'd' -> DIGITS;
            case 'D' -> DIGITS.not();
            case 'w' -> WORD;
            case 'W' -> WORD.not();
            case 's' -> negated ? ANY_SPACE : ASCII_SPACE;
            case 'S' -> (negated ? ASCII_SPACE : ANY_SPACE).not();
            case 'n', 'r', 't', 'f', 'v' -> CodePoints.of(CONTROLS.getOrDefault(c, c));
            case 'x' -> CodePoints.of(hex(2));
            case 'u' -> CodePoints.of(parser.take('{') ? braced() : surrogates(hex(4)));
            case 'p' -> category();
            case 'P' -> category().not();
            default -> {
                if (Character.isLetterOrDigit(c)) {
                    throw parser.wrong("has the escape \\%s, which is not supported".formatted(Character.toString(c)));
                }
                yield CodePoints.of(c);
            }
        };
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            value = value * 16 + digit();
        }
        return value;
    }

    private int braced() {
        int value = 0;
        do {
            value = value * 16 + digit();
        } while (value <= Character.MAX_CODE_POINT && !parser.take('}'));
        if (value > Character.MAX_CODE_POINT) {
            throw parser.wrong("has an escape beyond Unicode");
        }
        return value;
    }

    /** A pair of escapes is one character. */
    private int surrogates(int first) {
        if (!Character.isSurrogate((char) first)) {
            return first;
        }
        if (parser.take("\\u")) {
            int second = hex(4);
            if (Character.isSurrogatePair((char) first, (char) second)) {
                return Character.toCodePoint((char) first, (char) second);
            }
        }
        throw parser.wrong("has half of a surrogate pair");
    }

    private int digit() {
        int digit = Character.digit(parser.next(), 16);
        if (digit < 0) {
            throw parser.wrong("has an escape with too few hexadecimal digits");
        }
        return digit;
    }

    private CodePoints category() {
        StringBuilder name = new StringBuilder();
        if (parser.take('{')) {
            while (!parser.take('}')) {
                name.appendCodePoint(parser.next());
            }
        } else {
            name.appendCodePoint(parser.next());
        }
        Integer types = CATEGORIES.get(name.toString());
        if (types == null) {
            throw parser.wrong("has a property of characters that is not supported");
        }
        return KNOWN.computeIfAbsent(types, bits -> CodePoints.where(c -> (bits >> Character.getType(c) & 1) != 0));
    }
}
