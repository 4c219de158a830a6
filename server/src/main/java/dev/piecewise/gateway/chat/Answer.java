package dev.piecewise.gateway.chat;

import dev.piecewise.gateway.completion.Choice;
import dev.piecewise.gateway.completion.Decoding;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.tools.CallFormat;
import dev.piecewise.gateway.tools.CallParser;
import dev.piecewise.gateway.tools.Said;
import dev.piecewise.gateway.tools.Thinking;
import dev.piecewise.gateway.tools.ToolChoice;
import dev.piecewise.gateway.tools.Toolbox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one choice says, told apart into thoughts, text and calls as it grows. Confined to the request's thread. */
public final class Answer {
    /** Tokens at a prompt's end that are looked at: more than the longest mark may have. */
    private static final int END = 16;

    private final CallParser parser;
    private final boolean chosen;
    private final boolean thoughts;
    private int calls;

    /** {@code thoughts}: whether what is thought is given. */
    public Answer(Toolbox tools, CallFormat format, Thinking thinking, boolean thoughts) {
        this.thoughts = thoughts;
        parser = thinking.parser(tools.parser(format));
        chosen = tools.choice() instanceof ToolChoice.One;
    }

    /** Whether the answer to this prompt may hold thoughts to be told apart: one whose form is prescribed has no room for them. */
    public static Thinking thinking(int[] prompt, Decoding decoding, ServedModel model) {
        if (!model.dialect().reasoning() || decoding.grammar().isPresent()) {
            return Thinking.NOT_TOLD_APART;
        }
        int[] end = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - END), prompt.length);
        return Thinking.after(model.tokenizer().decode(end, false));
    }

    /** What the part adds; behind the last one comes what was held back. */
    public List<Said> add(Choice.Part part) {
        List<Said> said = new ArrayList<>(parser.add(part.text()));
        if (part.finishReason() != null) {
            said.addAll(parser.finish());
        }
        for (Said one : said) {
            calls += one instanceof Said.Call ? 1 : 0;
        }
        if (!thoughts) {
            said.removeIf(Said.Thought.class::isInstance);
        }
        return said;
    }

    /** OpenAI's word for the end: an answer with calls ended for their sake, unless the request had asked for that very function. */
    public @Nullable String finishReason(@Nullable String reason) {
        return reason != null && calls > 0 && !chosen && reason.equals("stop") ? "tool_calls" : reason;
    }
}
