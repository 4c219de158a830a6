package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.grammar.Shape.All;
import dev.piecewise.grammar.Shape.Arr;
import dev.piecewise.grammar.Shape.Literals;
import dev.piecewise.grammar.Shape.Num;
import dev.piecewise.grammar.Shape.Obj;
import dev.piecewise.grammar.Shape.Options;
import dev.piecewise.grammar.Shape.Text;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether no value can be valid by two schemas at once, as far as that is easy to see. */
final class Disjoint {
    private final SchemaReader reader;
    private final Budget budget;

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
            case Literals literals -> literals.values().stream().noneMatch(value -> mayBe(value, b));
            case Text text -> b instanceof Text other ? apart(text, other) : !(b instanceof Literals) || test(b, a);
            case Num num -> b instanceof Num other ? apart(num, other) : !(b instanceof Literals) || test(b, a);
            case Obj obj -> b instanceof Obj other ? apart(obj, other) : !(b instanceof Literals) || test(b, a);
            case Arr arr -> b instanceof Arr other ? apart(arr, other) : !(b instanceof Literals) || test(b, a);
        };
    }

    private boolean mayBe(JsonNode value, Shape shape) {
        return switch (shape) {
            case Literals literals -> literals.values().stream().anyMatch(other -> LiteralFilter.same(value, other));
            case Text text -> value.isTextual() && new Strings(budget, text).accept(value.textValue());
            case Num num -> value.isNumber() && Bounds.contain(num, value.decimalValue());
            case Obj obj -> value.isObject();
            case Arr arr -> value.isArray();
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
        for (Map.Entry<String, All> property : a.properties().entrySet()) {
            All other = b.properties().get(property.getKey());
            if (other != null
                    && a.required().contains(property.getKey())
                    && b.required().contains(property.getKey())
                    && test(reader.options(property.getValue()), reader.options(other))) {
                return true;
            }
        }
        return false;
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
