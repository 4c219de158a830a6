package dev.piecewise.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.gateway.completion.Metadata;
import dev.piecewise.gateway.completion.Moment;
import dev.piecewise.gateway.completion.StoredAnswer;
import dev.piecewise.gateway.http.Json;

/**
 * A chat completion that is kept.
 *
 * @param messages the request's, as they came
 * @param answer without metadata
 */
record StoredChat(Moment begun, String user, JsonNode messages, ChatBody answer, Metadata metadata, int bytes)
        implements StoredAnswer {
    private static final int OVERHEAD = 1024;
    private static final int NODE = 48;

    static StoredChat of(Moment begun, ChatRequest request, ChatBody answer, Metadata metadata) {
        int bytes = OVERHEAD + bytes(request.messages()) + answer.bytes();
        return new StoredChat(
                begun, request.completion().recipient().user(), request.messages(), answer, metadata, bytes);
    }

    private static int bytes(JsonNode value) {
        int bytes = NODE + 2 * (value.isValueNode() ? value.asText().length() : 0);
        for (JsonNode part : value) {
            bytes += bytes(part);
        }
        return bytes;
    }

    @Override
    public String id() {
        return answer.id();
    }

    @Override
    public byte[] body() {
        return Json.bytes(answer.with(metadata));
    }

    @Override
    public String kind() {
        return "chat.completion";
    }

    StoredChat with(Metadata changed) {
        return new StoredChat(begun, user, messages, answer, changed, bytes);
    }
}
