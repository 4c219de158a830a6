package dev.piecewise.gateway.tools;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A call as Hermes and Qwen write it: JSON between {@code <tool_call>} and {@code </tool_call>}; the last one's end may be missing. */
record HermesBlock(Set<String> functions) implements MarkedCalls.Block {
    static final String OPEN = "<tool_call>";

    static final String CLOSE = "</tool_call>";

    @Override
    public int end(CharSequence text, int from) {
        int close = text.toString().indexOf(CLOSE, from);
        return close < 0 ? -1 : close + CLOSE.length();
    }

    @Override
    public Optional<List<ToolCall>> read(String block) {
        String json = block.endsWith(CLOSE) ? block.substring(0, block.length() - CLOSE.length()) : block;
        return CallJson.read(json.strip(), functions);
    }
}
