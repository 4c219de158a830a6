package dev.piecewise.gateway.responses;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.gateway.chat.ChatLogprobs;
import dev.piecewise.gateway.chat.Messages;
import dev.piecewise.gateway.completion.Head;
import dev.piecewise.gateway.http.Json;
import dev.piecewise.gateway.tools.ToolCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The items of a response as they grow, told to the client event by event: a message, or what is thought before it, takes text until it is closed; calls come whole. */
final class OutputItems {
    /** What takes text. */
    private enum Kind {
        MESSAGE("message", "msg_", "output_text"),
        REASONING("reasoning", "rs_", "reasoning_text");

        final String type;
        final String prefix;
        /** The type of its one part. */
        final String part;

        final String delta;
        final String done;

        Kind(String type, String prefix, String part) {
            this.type = type;
            this.prefix = prefix;
            this.part = part;
            delta = "response." + part + ".delta";
            done = "response." + part + ".done";
        }
    }

    private final EventSink sink;
    private final List<ObjectNode> items = new ArrayList<>();
    private final StringBuilder event = new StringBuilder();
    private final StringBuilder text = new StringBuilder();
    private final List<ChatLogprobs.Entry> scores = new ArrayList<>();
    private final List<Map<String, @Nullable Object>> calls = new ArrayList<>();
    private final StringBuilder said = new StringBuilder();
    private final StringBuilder thought = new StringBuilder();
    /** The beginning of every delta of the item that is open. */
    private String delta = "";

    private Kind kind = Kind.MESSAGE;
    private @Nullable ObjectNode open;
    private int events;

    OutputItems(EventSink sink) {
        this.sink = sink;
    }

    /** Tells the client of the response as a whole. */
    void response(String type, ObjectNode response) {
        send(type, event().set("response", response));
    }

    void text(String more, List<ChatLogprobs.Entry> moreScores) {
        grow(Kind.MESSAGE, more);
        scores.addAll(moreScores);
        event.append("\",\"logprobs\":").append(moreScores.isEmpty() ? "[]" : Json.text(moreScores));
        sendDelta();
    }

    /** What the model thinks before it answers. */
    void thought(String more) {
        grow(Kind.REASONING, more);
        event.append('"');
        sendDelta();
    }

    /** Begins a delta, in an item of this kind. */
    private void grow(Kind next, String more) {
        if (open != null && kind != next) {
            close("completed");
        }
        if (open == null) {
            open(next);
        }
        text.append(more);
        event.setLength(0);
        event.append(delta);
        JsonStringEncoder.getInstance().quoteAsString(more, event);
    }

    private void sendDelta() {
        event.append(",\"sequence_number\":").append(events++).append('}');
        sink.add(kind.delta, event);
    }

    void call(String callId, ToolCall call) {
        close("completed");
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        item.put("id", Head.newId("fc_")).put("type", "function_call").put("status", "in_progress");
        item.put("arguments", "").put("call_id", callId).put("name", call.name());
        send("response.output_item.added", place(event()).set("item", item));
        String id = item.path("id").asText();
        send(
                "response.function_call_arguments.delta",
                place(event()).put("item_id", id).put("delta", call.arguments()));
        send(
                "response.function_call_arguments.done",
                place(event()).put("item_id", id).put("name", call.name()).put("arguments", call.arguments()));
        item.put("status", "completed").put("arguments", call.arguments());
        send("response.output_item.done", place(event()).set("item", item));
        items.add(item);
        calls.add(Messages.call(callId, call.name(), Messages.arguments("arguments", call.arguments())));
    }

    /** Closes what is open; a response holds one message at least, or a call. */
    void end(String status) {
        if (open == null && items.isEmpty()) {
            open(Kind.MESSAGE);
        }
        close(status);
    }

    List<ObjectNode> items() {
        return items;
    }

    /** Everything that was thought. */
    String thoughts() {
        return thought.toString();
    }

    /** What was said, as a template takes it in the next turn. */
    Map<String, @Nullable Object> message() {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        message.put("content", said.toString());
        if (!calls.isEmpty()) {
            message.put("tool_calls", calls);
        }
        return message;
    }

    private void open(Kind next) {
        kind = next;
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        item.put("id", Head.newId(next.prefix)).put("type", next.type).put("status", "in_progress");
        switch (next) {
            case MESSAGE -> item.put("role", "assistant");
            case REASONING -> item.putArray("summary");
        }
        item.putArray("content");
        open = item;
        send("response.output_item.added", place(event()).set("item", item));
        send("response.content_part.added", inItem(item).set("part", part()));
        delta = "{\"type\":\"%s\",\"item_id\":\"%s\",\"output_index\":%d,\"content_index\":0,\"delta\":\""
                .formatted(next.delta, item.path("id").asText(), items.size());
    }

    private void close(String status) {
        ObjectNode item = open;
        if (item == null) {
            return;
        }
        ObjectNode done = inItem(item).put("text", text.toString());
        if (kind == Kind.MESSAGE) {
            done.set("logprobs", Json.tree(scores));
        }
        send(kind.done, done);
        send("response.content_part.done", inItem(item).set("part", part()));
        item.put("status", status).putArray("content").add(part());
        send("response.output_item.done", place(event()).set("item", item));
        items.add(item);
        (kind == Kind.MESSAGE ? said : thought).append(text);
        text.setLength(0);
        scores.clear();
        open = null;
    }

    private ObjectNode part() {
        ObjectNode part = JsonNodeFactory.instance.objectNode().put("type", kind.part);
        if (kind == Kind.MESSAGE) {
            part.putArray("annotations");
            part.set("logprobs", Json.tree(scores));
        }
        return part.put("text", text.toString());
    }

    private ObjectNode inItem(ObjectNode item) {
        return place(event()).put("item_id", item.path("id").asText()).put("content_index", 0);
    }

    /** Where the item is that comes next, or is open. */
    private ObjectNode place(ObjectNode made) {
        return made.put("output_index", items.size());
    }

    private static ObjectNode event() {
        return JsonNodeFactory.instance.objectNode();
    }

    private void send(String type, ObjectNode fields) {
        fields.put("type", type).put("sequence_number", events++);
        sink.add(type, Json.text(fields));
    }
}
