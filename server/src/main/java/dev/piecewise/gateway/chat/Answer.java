package dev.piecewise.gateway.chat;

import dev.piecewise.gateway.completion.Choice;
import dev.piecewise.gateway.tools.CallFormat;
import dev.piecewise.gateway.tools.CallParser;
import dev.piecewise.gateway.tools.Said;
import dev.piecewise.gateway.tools.Thinking;
import dev.piecewise.gateway.tools.ToolChoice;
import dev.piecewise.gateway.tools.Toolbox;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one choice says, told apart into thoughts, text and calls as it grows. Confined to the request's thread. */
public final class Answer {
    private final CallParser parser;
    private final boolean chosen;
    private int calls;

    public Answer(Toolbox tools, CallFormat format, Thinking thinking) {
        parser = thinking.parser(tools.parser(format));
        chosen = tools.choice() instanceof ToolChoice.One;
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
        return said;
    }

    /** OpenAI's word for the end: an answer with calls ended for their sake, unless the request had asked for that very function. */
    public @Nullable String finishReason(@Nullable String reason) {
        return reason != null && calls > 0 && !chosen && reason.equals("stop") ? "tool_calls" : reason;
    }
}
