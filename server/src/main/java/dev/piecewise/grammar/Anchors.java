package dev.piecewise.grammar;

import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.RegexNode.Anchor;
import dev.piecewise.grammar.RegexNode.Chars;
import dev.piecewise.grammar.RegexNode.Either;
import dev.piecewise.grammar.RegexNode.Repeat;
import dev.piecewise.grammar.RegexNode.Sequence;
import java.util.ArrayList;
import java.util.List;

/** Expressions that may match anywhere, or are anchored, as expressions of the whole text. */
final class Anchors {
    private final String path;
    private final boolean anywhere;

    private Anchors(String path, boolean anywhere) {
        this.path = path;
        this.anywhere = anywhere;
    }

    /** With {@code anywhere}, what is not anchored may have text around it, as in JSON Schema's {@code pattern}. */
    static RegexNode whole(String path, RegexNode node, boolean anywhere) {
        return new Anchors(path, anywhere).whole(node);
    }

    private RegexNode whole(RegexNode node) {
        return switch (node) {
            case Either(List<RegexNode> branches) ->
                new Either(branches.stream().map(this::whole).toList());
            case Sequence(List<RegexNode> parts) -> sequence(parts);
            case Chars chars -> sequence(List.of(node));
            case Repeat repeat -> sequence(List.of(node));
            case Anchor anchor -> sequence(List.of(node));
        };
    }

    private RegexNode sequence(List<RegexNode> parts) {
        boolean fromStart = !parts.isEmpty() && parts.getFirst() instanceof Anchor(boolean start) && start;
        boolean toEnd = !parts.isEmpty() && parts.getLast() instanceof Anchor(boolean start) && !start;
        List<RegexNode> inside = parts.subList(fromStart ? 1 : 0, parts.size() - (toEnd ? 1 : 0));
        if (inside.stream().anyMatch(Anchors::anchored)) {
            throw ServingException.invalid(path, path + " has ^ or $ in the middle, which is not supported");
        }
        List<RegexNode> all = new ArrayList<>();
        if (anywhere && !fromStart) {
            all.add(RegexNode.ANYTHING);
        }
        all.addAll(inside);
        if (anywhere && !toEnd) {
            all.add(RegexNode.ANYTHING);
        }
        return new Sequence(all);
    }

    private static boolean anchored(RegexNode node) {
        return switch (node) {
            case Anchor anchor -> true;
            case Chars chars -> false;
            case Sequence(List<RegexNode> parts) -> parts.stream().anyMatch(Anchors::anchored);
            case Either(List<RegexNode> branches) -> branches.stream().anyMatch(Anchors::anchored);
            case Repeat(RegexNode inside, int least, int most) -> anchored(inside);
        };
    }
}
