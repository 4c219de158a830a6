package dev.piecewise.gateway.tools;

/** Whether an answer may begin with what the model thinks, to be given apart. */
public enum Thinking {
    /** What is thought is text as any other. */
    NOT_TOLD_APART,
    /** Between the marks that the answer begins with, if it does. */
    POSSIBLE,
    /** The prompt ends with the mark that opens it. */
    BEGUN;

    /** By the end of the prompt's text. */
    public static Thinking after(String prompt) {
        return prompt.stripTrailing().endsWith(ThoughtParser.OPEN) ? BEGUN : POSSIBLE;
    }

    /** A parser that tells thoughts from the rest, which {@code rest} reads. */
    public CallParser parser(CallParser rest) {
        return switch (this) {
            case NOT_TOLD_APART -> rest;
            case POSSIBLE -> new ThoughtParser(rest, false);
            case BEGUN -> new ThoughtParser(rest, true);
        };
    }
}
