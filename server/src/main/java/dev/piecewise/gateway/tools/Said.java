package dev.piecewise.gateway.tools;

/** What a model says: text for the reader, or a call that is complete. */
public sealed interface Said {
    record Text(String text) implements Said {}

    record Call(ToolCall call) implements Said {}
}
