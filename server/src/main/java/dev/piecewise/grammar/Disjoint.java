package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.grammar.Shape.Arr;
import dev.piecewise.grammar.Shape.Literals;
import dev.piecewise.grammar.Shape.Num;
import dev.piecewise.grammar.Shape.Obj;
import dev.piecewise.grammar.Shape.Options;
import dev.piecewise.grammar.Shape.Text;
import java.math.BigDecimal;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Whether no value can be valid by two schemas at once, as far as that is easy to see. */
final class Disjoint {
    /** What tells schemas apart lies nearer to the top, or they are refused. */
    private static final int MOST_DEPTH = 20;

    private final SchemaReader reader;
    private final Budget budget;
    private int depth;

    Disjoint(SchemaReader reader, Budget budget) {
        this.reader = reader;
        this.budget = budget;
    }

    boolean test(Options one, Options other) {
        return one.shapes().isEmpty()
                || other.shapes().isEmpty()
                || (one.exact()
                        && other.exact()
                        && one.shapes().stream()
                                .allMatch(a -> other.shapes().stream().allMatch(b -> test(a, b))));
    }

    private boolean test(Shape a, Shape b) {
        budget.take(1);
        return switch (a) {
            case Literals literals -> literals.values().stream().noneMatch(among(b));
            case Text text -> b instanceof Text other ? apart(text, other) : !(b instanceof Literals) || test(b, a);
            case Num num -> b instanceof Num other ? apart(num, other) : !(b instanceof Literals) || test(b, a);
            case Obj obj -> b instanceof Obj other ? apart(obj, other) : !(b instanceof Literals) || test(b, a);
            case Arr arr -> b instanceof Arr other ? apart(arr, other) : !(b instanceof Literals) || test(b, a);
        };
    }

    /** Whether a value may be of this shape. */
    private Predicate<JsonNode> among(Shape shape) {
        return switch (shape) {
            case Literals literals -> {
                Set<Object> known = LiteralFilter.identities(literals.values());
                yield value -> known.contains(LiteralFilter.identity(value));
            }
            case Text text -> value -> value.isTextual() && new Strings(budget, text).accept(value.textValue());
            case Num num -> value -> value.isNumber() && Bounds.contain(num, value.decimalValue());
            case Obj obj -> JsonNode::isObject;
            case Arr arr -> JsonNode::isArray;
        };
    }

    private boolean apart(Text a, Text b) {
        Strings letters = new Strings(budget, a, b.patterns());
        return letters.letters().and(letters.automaton(), letters.automaton(b)).isEmpty();
    }

    private static boolean apart(Num a, Num b) {
        return below(a.most(), a.belowMost(), b.least(), b.beyondLeast())
                || below(b.most(), b.belowMost(), a.least(), a.beyondLeast());
    }

    private static boolean below(
            @Nullable BigDecimal most, boolean belowMost, @Nullable BigDecimal least, boolean beyondLeast) {
        if (most == null || least == null) {
            return false;
        }
        int order = most.compareTo(least);
        return order < 0 || (order == 0 && (belowMost || beyondLeast));
    }

    /** A property that both must have tells them apart, or one that only one of them may have and the other must. */
    private boolean apart(Obj a, Obj b) {
        return distinguished(a, b) || lacks(a, b) || lacks(b, a);
    }

    private boolean distinguished(Obj a, Obj b) {
        if (depth == MOST_DEPTH) {
            return false;
        }
        depth++;
        boolean found = a.properties().entrySet().stream()
                .anyMatch(property -> b.properties().containsKey(property.getKey())
                        && a.required().contains(property.getKey())
                        && b.required().contains(property.getKey())
                        && test(
                                reader.options(property.getValue()),
                                reader.options(b.properties().get(property.getKey()))));
        depth--;
        return found;
    }

    private static boolean lacks(Obj closed, Obj other) {
        return closed.closed()
                && other.required().stream()
                        .anyMatch(name -> !closed.properties().containsKey(name));
    }

    private static boolean apart(Arr a, Arr b) {
        return (a.most() >= 0 && a.most() < b.least()) || (b.most() >= 0 && b.most() < a.least());
    }
}
