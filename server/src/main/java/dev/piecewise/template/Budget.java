package dev.piecewise.template;

/**
 * What one rendering may still do. Everything is paid in steps: one for a node of the template or an element of a list, one for sixteen characters built or looked
 * at; so steps bound time and memory alike. Depth bounds the stack.
 */
final class Budget {
    /** Deeper nesting of calls, expressions and values ends the rendering; far more than templates need, and far less than a thread's stack holds. */
    static final int MAX_DEPTH = 600;

    private static final long STEPS = 250_000;
    private static final long STEPS_PER_VALUE = 500;
    private static final long STEPS_PER_CHARACTER = 4;
    private static final int CHARACTERS_PER_STEP = 16;
    private static final int MAX_CHARACTERS = 1 << 28;
    private static final int COMPARISONS_PER_STEP = 256;

    private long steps;
    private int depth;

    private Budget(long steps) {
        this.steps = steps;
    }

    /** Grows with the input, so that a long conversation is no attack. */
    static Budget of(long values, long characters) {
        return new Budget(STEPS + values * STEPS_PER_VALUE + characters * STEPS_PER_CHARACTER);
    }

    void step() {
        if (--steps < 0) {
            throw exceeded();
        }
    }

    void steps(long count) {
        if (count < 0 || count > steps) {
            throw exceeded();
        }
        steps -= count;
    }

    /** Called before so many characters are built or looked at. */
    void characters(long count) {
        if (count < 0 || count > MAX_CHARACTERS) {
            throw exceeded();
        }
        steps(1 + count / CHARACTERS_PER_STEP);
    }

    /** Called before a text is searched for another one, which in the worst case compares every character of one with every one of the other. */
    void search(int text, int wanted) {
        long comparisons = Math.max(0, (long) text - wanted + 1) * wanted;
        steps(1 + text / CHARACTERS_PER_STEP + comparisons / COMPARISONS_PER_STEP);
    }

    void enter() {
        if (++depth > MAX_DEPTH) {
            throw tooDeep();
        }
    }

    void leave() {
        depth--;
    }

    static TemplateError tooDeep() {
        return new TemplateError("maximum recursion depth exceeded");
    }

    private static TemplateError exceeded() {
        return new TemplateError("the template does more than is allowed for a conversation of this size");
    }
}
