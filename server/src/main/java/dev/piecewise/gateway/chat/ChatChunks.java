package dev.piecewise.gateway.chat;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.piecewise.gateway.completion.Choice;
import dev.piecewise.gateway.completion.Head;
import dev.piecewise.gateway.completion.Logprobs;
import dev.piecewise.gateway.completion.PartWriter;
import dev.piecewise.gateway.completion.ServedBy;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.completion.Usage;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.EventStream;
import dev.piecewise.gateway.http.Json;
import dev.piecewise.gateway.tools.Said;
import dev.piecewise.gateway.tools.ToolCall;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the chunks of one streamed chat completion as server-sent events. What all chunks have in common is rendered once. */
final class ChatChunks implements PartWriter {
    private static final byte[] ROLE = ascii("{\"role\":\"assistant\",\"content\":\"\"}");
    private static final byte[] CONTENT = ascii("{\"content\":\"");
    private static final byte[] CONTENT_END = ascii("\"}");
    private static final byte[] NOTHING = ascii("{}");
    private static final byte[] LOGPROBS = ascii(",\"logprobs\":");
    private static final byte[] FINISH = ascii(",\"finish_reason\":");
    private static final byte[] PROMPT_TOKENS = ascii(",\"prompt_token_ids\":");
    private static final byte[] TOKENS = ascii(",\"token_ids\":");
    private static final byte[] CHOICES_END = ascii("}]");
    private static final byte[] NO_USAGE = ascii(",\"usage\":null");
    private static final byte[] USAGE = ascii("],\"usage\":");
    private static final byte[] PIECEWISE = ascii(",\"piecewise\":");
    private static final byte[] EVENT_END = ascii("}\n\n");
    private static final byte[] DONE = ascii("data: [DONE]\n\n");
    private static final byte[] NULL = ascii("null");

    private final byte[] head;
    private final byte[] servedBy;
    private final boolean usage;
    private final ServedModel model;
    private final EventStream events;
    private final List<Stream> streams = new ArrayList<>();
    private Buffer out = Buffer.buffer();

    ChatChunks(ServedBy servedBy, ChatRequest request, ServedModel model, EventStream events) {
        byte[] fields = Json.bytes(Head.of("chatcmpl-", "chat.completion.chunk", model));
        String opened = new String(fields, 0, fields.length - 1, StandardCharsets.UTF_8);
        this.head = ("data: " + opened + ",\"choices\":[{\"index\":").getBytes(StandardCharsets.UTF_8);
        this.servedBy = Json.bytes(servedBy);
        this.usage = request.completion().output().usage();
        this.model = model;
        this.events = events;
        for (int i = 0; i < request.completion().choices(); i++) {
            streams.add(new Stream(new Answer(request.tools(), model.callFormat())));
        }
    }

    /** One choice: whether its role is out, its calls so far, and scores whose text is held back. */
    private static final class Stream {
        final Answer answer;
        final List<Logprobs.Scored> scores = new ArrayList<>();
        boolean begun;
        int calls;

        Stream(Answer answer) {
            this.answer = answer;
        }
    }

    @Override
    public void part(int index, Choice.Part part) {
        Stream stream = streams.get(index);
        if (!stream.begun) {
            stream.begun = true;
            open(index, ROLE);
            logprobs(null);
            out.appendBytes(FINISH).appendBytes(NULL);
            field(PROMPT_TOKENS, part.promptTokens());
            close();
        }
        List<Logprobs.Scored> scores = part.scores();
        if (scores != null) {
            stream.scores.addAll(scores);
        }
        int @Nullable [] tokens = part.tokens();
        for (Said said : stream.answer.add(part)) {
            switch (said) {
                case Said.Text(String text) -> {
                    openText(index, text);
                    rest(scores == null ? null : stream.scores, tokens);
                    tokens = null;
                }
                case Said.Call(var call) -> call(index, stream, call);
            }
        }
        if (part.finishReason() != null) {
            finish(index, stream, part, tokens);
        }
    }

    private void finish(int index, Stream stream, Choice.Part part, int @Nullable [] tokens) {
        open(index, NOTHING);
        logprobs(stream.scores.isEmpty() ? null : stream.scores);
        out.appendBytes(FINISH).appendBytes(json(stream.answer.finishReason(part.finishReason())));
        field(TOKENS, tokens);
        out.appendBytes(CHOICES_END);
        if (usage) {
            out.appendBytes(NO_USAGE);
        }
        out.appendBytes(PIECEWISE).appendBytes(servedBy).appendBytes(EVENT_END);
    }

    /** A call begins with its name; its arguments follow in a chunk of their own. */
    private void call(int index, Stream stream, ToolCall call) {
        int number = stream.calls++;
        String id = model.callFormat().newId(Head.newId(""));
        open(
                index,
                Json.bytes(new Delta(
                        List.of(new Called(number, id, "function", new ChatBody.Function(call.name(), ""))))));
        rest(null, null);
        open(index, Json.bytes(new More(List.of(new Arguments(number, new Written(call.arguments()))))));
        rest(null, null);
    }

    private record Delta(List<Called> toolCalls) {}

    private record Called(int index, String id, String type, ChatBody.Function function) {}

    private record More(List<Arguments> toolCalls) {}

    private record Arguments(int index, Written function) {}

    private record Written(String arguments) {}

    @Override
    public void end(Usage total) {
        if (usage) {
            out.appendBytes(head, 0, head.length - "{\"index\":".length())
                    .appendBytes(USAGE)
                    .appendBytes(Json.bytes(total))
                    .appendBytes(PIECEWISE)
                    .appendBytes(servedBy)
                    .appendBytes(EVENT_END);
        }
        out.appendBytes(DONE);
    }

    @Override
    public int pending() {
        return out.length();
    }

    @Override
    public void flush() throws InterruptedException, ClientGoneException {
        Buffer full = out;
        out = Buffer.buffer();
        events.write(full);
    }

    private void openText(int index, String text) {
        begin(index)
                .appendBytes(CONTENT)
                .appendBytes(JsonStringEncoder.getInstance().quoteAsUTF8(text))
                .appendBytes(CONTENT_END);
    }

    private void open(int index, byte[] delta) {
        begin(index).appendBytes(delta);
    }

    private Buffer begin(int index) {
        return out.appendBytes(head).appendString(Integer.toString(index)).appendString(",\"delta\":");
    }

    private void rest(@Nullable List<Logprobs.Scored> scores, int @Nullable [] tokens) {
        logprobs(scores);
        out.appendBytes(FINISH).appendBytes(NULL);
        field(TOKENS, tokens);
        close();
    }

    /** Scores are given out once. */
    private void logprobs(@Nullable List<Logprobs.Scored> scores) {
        out.appendBytes(LOGPROBS);
        if (scores == null) {
            out.appendBytes(NULL);
        } else {
            out.appendBytes(Json.bytes(ChatLogprobs.of(scores, model.tokenizer())));
            scores.clear();
        }
    }

    private void close() {
        out.appendBytes(CHOICES_END);
        if (usage) {
            out.appendBytes(NO_USAGE);
        }
        out.appendBytes(EVENT_END);
    }

    private void field(byte[] name, int @Nullable [] ids) {
        if (ids != null) {
            out.appendBytes(name).appendBytes(Json.bytes(ids));
        }
    }

    private static byte[] json(@Nullable Object value) {
        return value == null ? NULL : Json.bytes(value);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
