package dev.piecewise.template;

import java.time.Clock;

/** One rendering of a template: its budget, where it is, and all that works on values in it. Confined to one thread. */
final class Rendering {
    private final Budget budget;
    private final Clock clock;
    private final Texts texts;
    private final Iteration iteration;
    private final Comparison comparison;
    private final Attributes attributes;
    private final Slices slices;
    private final Operators operators;
    private final Evaluator evaluator;
    private final Renderer renderer;
    private boolean escaping;
    private int line;

    Rendering(Budget budget, Clock clock) {
        this.budget = budget;
        this.clock = clock;
        texts = new Texts(budget);
        iteration = new Iteration(budget);
        comparison = new Comparison(budget, iteration);
        attributes = new Attributes(budget, texts);
        slices = new Slices(budget);
        operators = new Operators(budget);
        evaluator = new Evaluator(this);
        renderer = new Renderer(this);
    }

    Budget budget() {
        return budget;
    }

    Clock clock() {
        return clock;
    }

    Texts texts() {
        return texts;
    }

    Iteration iteration() {
        return iteration;
    }

    Comparison comparison() {
        return comparison;
    }

    Attributes attributes() {
        return attributes;
    }

    Slices slices() {
        return slices;
    }

    Operators operators() {
        return operators;
    }

    Evaluator evaluator() {
        return evaluator;
    }

    Renderer renderer() {
        return renderer;
    }

    /** Whether strings are escaped when they are printed; chat templates do not ask for that. */
    boolean escaping() {
        return escaping;
    }

    void escape(boolean on) {
        escaping = on;
    }

    /** Notes the line that errors are about. */
    void at(int current) {
        line = current;
    }

    int line() {
        return line;
    }

    /** A value as it gets into the output. */
    String text(Object value) {
        if (!escaping) {
            return texts.text(value);
        }
        String text = texts.text(value);
        budget.characters(text.length());
        return value instanceof Markup ? text : Markup.escape(text);
    }

    /** What a block has printed, as a value. */
    Object printed(StringBuilder out) {
        return escaping ? new Markup(out.toString()) : out.toString();
    }

    /** A string as HTML. */
    static String html(Object string) {
        return string instanceof Markup markup ? markup.text() : Markup.escape(Types.string(string));
    }
}
