package dev.piecewise.gateway.tools;

/** What a model says: text for the reader, a call that is complete, or what it thinks before. */
public sealed interface Said {
    record Text(String text) implements Said {}

    record Call(ToolCall call) implements Said {}

    record Thought(String text) implements Said {}
}
