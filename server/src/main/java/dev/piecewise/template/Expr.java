package dev.piecewise.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression of a template. */
sealed interface Expr {
    record Literal(Object value) implements Expr {}

    record Name(String name) implements Expr {}

    record ListOf(List<Expr> items) implements Expr {}

    record TupleOf(List<Expr> items) implements Expr {}

    record DictOf(List<Pair> pairs) implements Expr {}

    record Pair(Expr key, Expr value) {}

    record Attribute(Expr object, String name) implements Expr {}

    record Item(Expr object, Expr index) implements Expr {}

    record Slice(
            Expr object,
            @Nullable Expr start,
            @Nullable Expr stop,
            @Nullable Expr step) implements Expr {}

    record Call(Expr callee, Inputs inputs) implements Expr {}

    /** A filter; {@code input} is null where a block's text is filtered, {@code filter} is null where there is none of this name. */
    record Filtered(
            @Nullable Expr input, String name, @Nullable Filter filter, Inputs inputs) implements Expr {}

    /** A test; {@code test} is null where there is none of this name. */
    record Tested(Expr input, String name, @Nullable Test test, Inputs inputs) implements Expr {}

    record Unary(boolean negative, Expr operand) implements Expr {}

    record Binary(Operator operator, Expr left, Expr right) implements Expr {}

    record Concat(List<Expr> parts) implements Expr {}

    record Compare(Expr first, List<Operand> rest) implements Expr {}

    record Operand(Comparator comparator, Expr value) {}

    record Not(Expr operand) implements Expr {}

    record And(Expr left, Expr right) implements Expr {}

    record Or(Expr left, Expr right) implements Expr {}

    record Conditional(Expr condition, Expr then, @Nullable Expr otherwise) implements Expr {}

    /** What a call passes on. */
    record Inputs(
            List<Expr> positional,
            List<Keyword> named,
            @Nullable Expr more,
            @Nullable Expr moreNamed) {
        static final Inputs NONE = new Inputs(List.of(), List.of(), null, null);

        boolean isEmpty() {
            return positional.isEmpty() && named.isEmpty() && more == null && moreNamed == null;
        }
    }

    record Keyword(String name, Expr value) {}

    enum Operator {
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        DIVIDE("/"),
        FLOOR_DIVIDE("//"),
        MODULO("%"),
        POWER("**");

        private final String symbol;

        Operator(String symbol) {
            this.symbol = symbol;
        }

        String symbol() {
            return symbol;
        }
    }

    enum Comparator {
        EQUAL("=="),
        NOT_EQUAL("!="),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">="),
        IN("in"),
        NOT_IN("not in");

        private final String symbol;

        Comparator(String symbol) {
            this.symbol = symbol;
        }

        String symbol() {
            return symbol;
        }
    }
}
