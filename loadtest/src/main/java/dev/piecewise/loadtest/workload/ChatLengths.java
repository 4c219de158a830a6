package dev.piecewise.loadtest.workload;

/** Lengths as in chats with a model. */
public final class ChatLengths {
    /** Prompts as people write them: mostly short, some very long. */
    public static final Lengths PROMPTS = new Lengths.Lognormal(80, 1.1, 4, 1024);

    /** Answers as models give them. */
    public static final Lengths ANSWERS = new Lengths.Lognormal(160, 0.8, 4, 1024);

    private ChatLengths() {}
}
