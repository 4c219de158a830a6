package dev.piecewise.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into tokens. Whitespace is treated as transformers asks Jinja2 to: a newline after a block or comment is dropped ({@code trim_blocks}), and so is
 * what is only blanks before one on its line ({@code lstrip_blocks}).
 */
final class Lexer {
    private static final int MAX_LENGTH = 1 << 20;

    private final String source;
    private final Literals literals;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    /** Whether the last thing read ended a line. */
    private boolean lineStarts = true;

    Lexer(String template) {
        if (template.length() > MAX_LENGTH) {
            throw TemplateError.syntax("it is longer than " + MAX_LENGTH + " characters", 1);
        }
        source = normalized(template);
        literals = new Literals(source);
    }

    List<Token> tokens() {
        while (position < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(position));
                position = source.length();
            } else {
                readTag(tag);
            }
        }
        add(Token.Kind.END, "");
        return tokens;
    }

    /** Line ends are {@code \n}, and one at the very end does not count. */
    private static String normalized(String template) {
        String lines = template.replace("\r\n", "\n").replace('\r', '\n');
        return lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
    }

    private int nextTag() {
        for (int at = source.indexOf('{', position); at >= 0; at = source.indexOf('{', at + 1)) {
            if (at + 1 < source.length() && "{%#".indexOf(source.charAt(at + 1)) >= 0) {
                return at;
            }
        }
        return -1;
    }

    private void readTag(int tag) {
        char kind = source.charAt(tag + 1);
        char sign = signAt(tag + 2);
        data(beforeTag(source.substring(position, tag), sign, kind != '{'));
        advance(tag + 2 + (sign == ' ' ? 0 : 1));
        switch (kind) {
            case '#' -> comment();
            case '%' -> block();
            default -> inside(Token.Kind.VARIABLE_BEGIN, Token.Kind.VARIABLE_END, "}}");
        }
    }

    private char signAt(int at) {
        char c = at < source.length() ? source.charAt(at) : ' ';
        return c == '-' || c == '+' ? c : ' ';
    }

    /** What stays of the data before a tag; {@code indented}: blanks between the line's start and the tag go. */
    private String beforeTag(String data, char sign, boolean indented) {
        if (sign == '-') {
            return Chars.stripTrailing(data);
        }
        int lineStart = data.lastIndexOf('\n') + 1;
        boolean strip = sign == ' ' && indented && (lineStart > 0 || lineStarts);
        return strip && Chars.isBlank(data, lineStart) ? data.substring(0, lineStart) : data;
    }

    private void comment() {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw TemplateError.syntax("Missing end of comment tag", line);
        }
        boolean signed = end > position && signAt(end - 1) != ' ';
        endTag(end + 2, signed ? source.charAt(end - 1) : ' ', true);
    }

    private void block() {
        int raw = literals.wordAt(position, "raw");
        int close = raw < 0 ? -1 : signAt(raw) == '-' ? raw + 1 : raw;
        if (close >= 0 && source.startsWith("%}", close)) {
            endTag(close + 2, close > raw ? '-' : ' ', false);
            raw();
        } else {
            inside(Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, "%}");
        }
    }

    /** Everything up to the tag that ends a raw block is data. */
    private void raw() {
        for (int tag = source.indexOf("{%", position); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
            char sign = signAt(tag + 2);
            int after = literals.wordAt(tag + 2 + (sign == ' ' ? 0 : 1), "endraw");
            char endSign = after < 0 ? ' ' : signAt(after);
            int close = endSign == ' ' ? after : after + 1;
            if (after >= 0 && source.startsWith("%}", close)) {
                data(beforeTag(source.substring(position, tag), sign, true));
                endTag(close + 2, endSign, true);
                return;
            }
        }
        if (position < source.length()) {
            throw TemplateError.syntax("Missing end of raw directive", line);
        }
    }

    /** Goes on behind a tag's end and the whitespace that goes with it. */
    private void endTag(int end, char sign, boolean trim) {
        int next = end;
        if (sign == '-') {
            next = Chars.skipBlanks(source, end);
        } else if (sign == ' ' && trim && end < source.length() && source.charAt(end) == '\n') {
            next = end + 1;
        }
        lineStarts = source.charAt(next - 1) == '\n';
        advance(next);
    }

    private void inside(Token.Kind begin, Token.Kind end, String endTag) {
        add(begin, "");
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            advance(Chars.skipBlanks(source, position));
            if (position >= source.length()) {
                return;
            }
            char sign = signAt(position);
            int close = sign == '-' || (sign == '+' && end == Token.Kind.BLOCK_END) ? position + 1 : position;
            if (open.isEmpty() && source.startsWith(endTag, close)) {
                add(end, "");
                endTag(close + 2, close > position ? sign : ' ', end == Token.Kind.BLOCK_END);
                return;
            }
            Token token = literals.read(position, line);
            balance(token, open);
            tokens.add(token);
            advance(literals.end());
        }
    }

    private static void balance(Token token, Deque<Character> open) {
        if (!token.is(Token.Kind.OPERATOR)) {
            return;
        }
        char c = token.text().charAt(0);
        switch (c) {
            case '{' -> open.push('}');
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '}', ')', ']' -> {
                if (open.isEmpty()) {
                    throw TemplateError.syntax("unexpected '" + c + "'", token.line());
                }
                char expected = open.pop();
                if (expected != c) {
                    throw TemplateError.syntax("unexpected '" + c + "', expected '" + expected + "'", token.line());
                }
            }
            default -> {}
        }
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Token.Kind.DATA, text);
        }
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, text, line));
    }

    private void advance(int next) {
        for (int i = position; i < next; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        position = next;
    }
}
