package dev.piecewise.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.completion.Metadata;
import dev.piecewise.gateway.completion.Page;
import dev.piecewise.gateway.completion.StoredAnswers;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /v1/chat/completions} and what is below it, for chat completions that were asked for with {@code store}. */
public final class StoredChats {
    private static final String JSON = "application/json";

    private final StoredAnswers stored;

    public StoredChats(StoredAnswers stored) {
        this.stored = stored;
    }

    /** Answers {@code GET /v1/chat/completions}: those of the caller's tenant, perhaps of one model or with certain metadata. */
    public void list(Exchange exchange) throws InterruptedException, ClientGoneException {
        Page page = Page.asked(exchange, "asc");
        Optional<String> model = exchange.query("model");
        Map<String, String> metadata = exchange.queryEntries("metadata");
        List<ChatBody> found = stored.list(exchange.caller(), StoredChat.class)
                .filter(chat ->
                        model.isEmpty() || model.get().equals(chat.answer().model()))
                .filter(chat -> chat.metadata().has(metadata))
                .map(chat -> chat.answer().with(chat.metadata()))
                .toList();
        exchange.answer(200, page.of(found, ChatBody::id));
    }

    /** Answers {@code GET /v1/chat/completions/:id}. */
    public void get(Exchange exchange) throws InterruptedException, ClientGoneException {
        exchange.answer(200, JSON, find(exchange).body());
    }

    /** Answers {@code POST /v1/chat/completions/:id}, which writes other metadata on it. */
    public void update(Exchange exchange) throws InterruptedException, ClientGoneException {
        Metadata metadata = Metadata.parse(exchange.json());
        StoredChat old = find(exchange);
        while (!stored.replace(old, old.with(metadata))) {
            old = find(exchange);
        }
        exchange.answer(200, JSON, old.with(metadata).body());
    }

    /** Answers {@code DELETE /v1/chat/completions/:id}. */
    public void delete(Exchange exchange) throws InterruptedException, ClientGoneException {
        String id = exchange.part("id");
        if (!stored.remove(id, exchange.caller(), StoredChat.class)) {
            throw unknown();
        }
        exchange.answer(200, Map.of("id", id, "object", "chat.completion.deleted", "deleted", true));
    }

    /** Answers {@code GET /v1/chat/completions/:id/messages}: what was asked. */
    public void messages(Exchange exchange) throws InterruptedException, ClientGoneException {
        Page page = Page.asked(exchange, "asc");
        StoredChat chat = find(exchange);
        List<ObjectNode> messages = new ArrayList<>();
        for (JsonNode message : chat.messages()) {
            messages.add(shown(message, chat.id() + "-" + messages.size()));
        }
        exchange.answer(200, page.of(messages, message -> message.path("id").asText()));
    }

    /** A message as OpenAI lists it: parts of content stand in a field of their own. */
    private static ObjectNode shown(JsonNode message, String id) {
        ObjectNode shown = JsonNodeFactory.instance.objectNode().put("id", id);
        shown.setAll((ObjectNode) message);
        JsonNode content = message.path("content");
        shown.set("content", content.isTextual() ? content : NullNode.instance);
        shown.set("content_parts", content.isArray() ? content : NullNode.instance);
        if (!shown.has("name")) {
            shown.putNull("name");
        }
        return shown;
    }

    private StoredChat find(Exchange exchange) {
        return stored.get(exchange.part("id"), exchange.caller(), StoredChat.class)
                .orElseThrow(StoredChats::unknown);
    }

    private static ServingException unknown() {
        return new ServingException(
                ErrorCode.NOT_FOUND, "there is no chat completion of this id, or it is kept no longer", "id");
    }
}
