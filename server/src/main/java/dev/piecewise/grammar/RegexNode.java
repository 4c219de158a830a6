package dev.piecewise.grammar;

import java.util.List;

/** A regular expression as a tree. */
sealed interface RegexNode {
    RegexNode EMPTY = new Sequence(List.of());
    RegexNode ANYTHING = new Repeat(new Chars(CodePoints.ALL), 0, Repeat.UNLIMITED);

    record Chars(CodePoints set) implements RegexNode {}

    record Sequence(List<RegexNode> parts) implements RegexNode {}

    record Either(List<RegexNode> branches) implements RegexNode {}

    record Repeat(RegexNode node, int least, int most) implements RegexNode {
        static final int UNLIMITED = -1;
    }

    /** The start of the text, or its end. */
    record Anchor(boolean start) implements RegexNode {}

    /** This text and nothing else. */
    static RegexNode literal(String text) {
        return new Sequence(text.codePoints()
                .<RegexNode>mapToObj(c -> new Chars(CodePoints.of(c)))
                .toList());
    }
}
