package dev.piecewise.grammar;

import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.RegexNode.Anchor;
import dev.piecewise.grammar.RegexNode.Chars;
import dev.piecewise.grammar.RegexNode.Either;
import dev.piecewise.grammar.RegexNode.Repeat;
import dev.piecewise.grammar.RegexNode.Sequence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads regular expressions as ECMA-262 has them, as far as they are regular; what is not (looking around, back references, word borders) is refused. */
final class RegexParser {
    private static final int MOST_DEPTH = 100;
    private static final int MOST_REPEATS = 100_000;
    private static final int MOST_SIZE = 200_000;
    private static final CodePoints LINE_ENDS =
            CodePoints.of('\n').or(CodePoints.of('\r')).or(CodePoints.of(0x85)).or(CodePoints.of(0x2028, 0x2029));

    private final String path;
    private final int[] pattern;
    private final RegexEscapes escapes;
    private int at;
    private int depth;
    private int size;

    private RegexParser(String path, String pattern) {
        this.path = path;
        this.pattern = pattern.codePoints().toArray();
        escapes = new RegexEscapes(this);
    }

    /** {@code path} is where the expression stands in the request. */
    static RegexNode parse(String path, String pattern) {
        RegexParser parser = new RegexParser(path, pattern);
        RegexNode node = parser.either();
        if (parser.at < parser.pattern.length) {
            throw parser.wrong("has a ) without a (");
        }
        return node;
    }

    ServingException wrong(String what) {
        return ServingException.invalid(path, "%s %s (at character %d)".formatted(path, what, at));
    }

    boolean more() {
        return at < pattern.length;
    }

    /** The next character, 0 at the end. */
    int peek() {
        return more() ? pattern[at] : 0;
    }

    int next() {
        if (!more()) {
            throw wrong("ends too early");
        }
        return pattern[at++];
    }

    boolean take(char wanted) {
        boolean there = more() && pattern[at] == wanted;
        at += there ? 1 : 0;
        return there;
    }

    boolean take(String wanted) {
        for (int i = 0; i < wanted.length(); i++) {
            if (at + i >= pattern.length || pattern[at + i] != wanted.charAt(i)) {
                return false;
            }
        }
        at += wanted.length();
        return true;
    }

    private RegexNode either() {
        if (++depth > MOST_DEPTH) {
            throw wrong("is nested too deeply");
        }
        List<RegexNode> branches = new ArrayList<>();
        do {
            branches.add(sequence());
        } while (take('|'));
        depth--;
        return branches.size() == 1 ? branches.getFirst() : new Either(branches);
    }

    private RegexNode sequence() {
        List<RegexNode> parts = new ArrayList<>();
        while (more() && peek() != '|' && peek() != ')') {
            parts.add(repeated(atom()));
        }
        return parts.size() == 1 ? parts.getFirst() : new Sequence(parts);
    }

    private RegexNode atom() {
        int c = next();
        return switch (c) {
            case '(' -> group();
            case '[' -> new Chars(charClass());
            case '.' -> new Chars(sized(LINE_ENDS.not()));
            case '^' -> new Anchor(true);
            case '$' -> new Anchor(false);
            case '\\' -> new Chars(sized(escapes.read(false)));
            case '*', '+', '?' -> throw wrong("repeats nothing");
            default -> new Chars(sized(CodePoints.of(c)));
        };
    }

    private RegexNode group() {
        if (take('?') && !take(':')) {
            if ((!take("P<") && !take('<')) || peek() == '=' || peek() == '!') {
                throw wrong("looks around or sets flags, which is not supported");
            }
            while (next() != '>') {
                // The group's name.
            }
        }
        RegexNode inside = either();
        if (!take(')')) {
            throw wrong("has a ( without a )");
        }
        return inside;
    }

    private RegexNode repeated(RegexNode atom) {
        RegexNode node = quantified(atom);
        if (node == null) {
            return atom;
        }
        take('?');
        if (quantified(node) != null) {
            throw wrong("repeats what is repeated already; use (?: )");
        }
        return node;
    }

    /** Null where no quantifier follows. */
    private @Nullable RegexNode quantified(RegexNode node) {
        if (take('*')) {
            return repeat(node, 0, Repeat.UNLIMITED);
        }
        if (take('+')) {
            return repeat(node, 1, Repeat.UNLIMITED);
        }
        if (take('?')) {
            return repeat(node, 0, 1);
        }
        int start = at;
        RegexNode counted = take('{') ? counted(node) : null;
        if (counted == null) {
            at = start;
        }
        return counted;
    }

    private RegexNode repeat(RegexNode node, int least, int most) {
        if (node instanceof Anchor) {
            throw wrong("repeats an anchor");
        }
        return new Repeat(node, least, most);
    }

    /** Behind a brace; null if it is no count, so that the brace stands for itself. */
    private @Nullable RegexNode counted(RegexNode node) {
        int least = number();
        int most = least;
        if (least >= 0 && take(',')) {
            most = peek() == '}' ? Repeat.UNLIMITED : number();
            if (most == -2) {
                return null;
            }
        }
        if (least < 0 || !take('}')) {
            return null;
        }
        if (most >= 0 && most < least) {
            throw wrong("has a repetition whose bounds are the wrong way round");
        }
        return repeat(node, least, most);
    }

    /** -2 if there is none. */
    private int number() {
        int value = -2;
        while (peek() >= '0' && peek() <= '9') {
            value = Math.max(0, value) * 10 + next() - '0';
            if (value > MOST_REPEATS) {
                throw wrong("repeats more than %d times".formatted(MOST_REPEATS));
            }
        }
        return value;
    }

    /** Counts what an expression is made of, so that reading a hostile one takes neither long nor much memory. */
    private CodePoints sized(CodePoints set) {
        size += set.size();
        if (size > MOST_SIZE) {
            throw wrong("is too large");
        }
        return set;
    }

    private CodePoints charClass() {
        boolean negated = take('^');
        List<CodePoints> sets = new ArrayList<>();
        while (!take(']')) {
            CodePoints one = member(negated);
            if (peek() == '-' && at + 1 < pattern.length && pattern[at + 1] != ']' && single(one)) {
                next();
                CodePoints last = member(negated);
                int from = one.ranges().getFirst().first();
                if (!single(last) || last.ranges().getFirst().first() < from) {
                    throw wrong("has a range in brackets that is none");
                }
                one = CodePoints.of(from, last.ranges().getFirst().first());
            }
            sets.add(sized(one));
        }
        CodePoints set = CodePoints.of(sets);
        return negated ? set.not() : set;
    }

    private CodePoints member(boolean negated) {
        int c = next();
        return c == '\\' ? escapes.read(negated) : CodePoints.of(c);
    }

    private static boolean single(CodePoints set) {
        return set.ranges().size() == 1
                && set.ranges().getFirst().first() == set.ranges().getFirst().last();
    }
}
