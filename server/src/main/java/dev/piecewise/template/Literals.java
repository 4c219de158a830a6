package dev.piecewise.template;

import java.math.BigInteger;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the tokens inside a tag: names, numbers, strings and operators. */
final class Literals {
    private static final Pattern FLOAT =
            Pattern.compile("(?<!\\.)\\d+(_\\d+)*((\\.\\d+(_\\d+)*)?[eE][+\\-]?\\d+(_\\d+)*|\\.\\d+(_\\d+)*)");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](_?[01])+|0[oO](_?[0-7])+|0[xX](_?[0-9a-fA-F])+|[1-9](_?\\d)*|0(_?0)*");
    private static final Set<String> LONG_OPERATORS = Set.of("//", "**", "==", "!=", ">=", "<=");
    private static final String OPERATORS = "+-/*%~[](){}><=.:|,;";

    private final String source;
    private int end;

    Literals(String source) {
        this.source = source;
    }

    /** Where the token that was read last ends. */
    int end() {
        return end;
    }

    /** Where what follows this word and blanks around it begins, -1 when it is not there. */
    int wordAt(int at, String word) {
        int start = Chars.skipBlanks(source, at);
        return source.startsWith(word, start) ? Chars.skipBlanks(source, start + word.length()) : -1;
    }

    Token read(int at, int line) {
        char c = source.charAt(at);
        if (c >= '0' && c <= '9') {
            return number(at, line);
        }
        if (Character.isUnicodeIdentifierPart(source.codePointAt(at)) && !Character.isISOControl(c)) {
            return name(at, line);
        }
        if (c == '"' || c == '\'') {
            return string(at, line);
        }
        return operator(at, line);
    }

    private Token operator(int at, int line) {
        String both = source.substring(at, Math.min(at + 2, source.length()));
        String operator = LONG_OPERATORS.contains(both) ? both : both.substring(0, 1);
        if (operator.length() == 1 && OPERATORS.indexOf(operator) < 0) {
            throw TemplateError.syntax("unexpected char " + Texts.quoted(operator) + " at " + at, line);
        }
        end = at + operator.length();
        return new Token(Token.Kind.OPERATOR, operator, operator, line);
    }

    private Token number(int at, int line) {
        Matcher real = FLOAT.matcher(source).useTransparentBounds(true).region(at, source.length());
        if (real.lookingAt()) {
            end = real.end();
            return new Token(
                    Token.Kind.NUMBER, real.group(), Double.valueOf(real.group().replace("_", "")), line);
        }
        Matcher integer = INTEGER.matcher(source).region(at, source.length());
        if (!integer.lookingAt()) {
            throw TemplateError.syntax("unexpected char '" + source.charAt(at) + "' at " + at, line);
        }
        end = integer.end();
        return new Token(
                Token.Kind.NUMBER, integer.group(), integer(integer.group().replace("_", "")), line);
    }

    private static Object integer(String digits) {
        int radix = digits.length() < 2 || digits.charAt(0) != '0'
                ? 10
                : switch (Character.toLowerCase(digits.charAt(1))) {
                    case 'x' -> 16;
                    case 'o' -> 8;
                    case 'b' -> 2;
                    default -> 10;
                };
        return Numbers.normal(new BigInteger(radix == 10 ? digits : digits.substring(2), radix));
    }

    private Token name(int at, int line) {
        int next = at;
        while (next < source.length() && Character.isUnicodeIdentifierPart(source.codePointAt(next))) {
            next += Character.charCount(source.codePointAt(next));
        }
        end = next;
        String name = source.substring(at, next);
        int first = name.codePointAt(0);
        if (first != '_' && !Character.isUnicodeIdentifierStart(first)) {
            throw TemplateError.syntax("Invalid character in identifier", line);
        }
        return new Token(Token.Kind.NAME, name, name, line);
    }

    private Token string(int at, int line) {
        char quote = source.charAt(at);
        int next = at + 1;
        while (next < source.length() && source.charAt(next) != quote) {
            next += source.charAt(next) == '\\' ? 2 : 1;
        }
        if (next >= source.length()) {
            throw TemplateError.syntax("unexpected char " + Texts.quoted(String.valueOf(quote)) + " at " + at, line);
        }
        end = next + 1;
        String raw = source.substring(at, end);
        return new Token(Token.Kind.STRING, raw, Escapes.decoded(raw.substring(1, raw.length() - 1), line), line);
    }
}
