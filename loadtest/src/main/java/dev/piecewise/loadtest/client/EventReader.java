package dev.piecewise.loadtest.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.loadtest.dialect.Api;
import dev.piecewise.loadtest.measure.Failure;
import dev.piecewise.loadtest.measure.Timeline;

/** Reads what a server says event by event into an answer's timeline. What it cannot read fails the answer. */
final class EventReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DONE = "[DONE]";

    private final Api api;
    private final Timeline timeline;

    EventReader(Api api, Timeline timeline) {
        this.api = api;
        this.timeline = timeline;
    }

    /** One event's data, and when it came. */
    void read(String data, long nanos) {
        if (timeline.isOver()) {
            return;
        }
        if (data.equals(DONE)) {
            timeline.end(nanos);
            return;
        }
        JsonNode event;
        try {
            event = JSON.readTree(data);
        } catch (JsonProcessingException e) {
            malformed(nanos, "an event is no JSON: " + e.getOriginalMessage());
            return;
        }
        if (event == null || !event.isObject()) {
            malformed(nanos, "an event is no JSON object");
            return;
        }
        switch (api) {
            case COMPLETIONS, CHAT -> chunk(event, nanos);
            case RESPONSES, WEBSOCKET -> response(event, nanos);
        }
    }

    private void malformed(long nanos, String what) {
        timeline.fail(nanos, Failure.of(Failure.Kind.MALFORMED, what));
    }

    private void chunk(JsonNode event, long nanos) {
        if (event.hasNonNull("error")) {
            fail(event, event.get("error"), nanos);
            return;
        }
        JsonNode choices = event.path("choices");
        if (!choices.isArray() && !event.path("usage").isObject()) {
            malformed(nanos, "an event has neither choices nor usage");
            return;
        }
        for (JsonNode choice : choices) {
            if (hasContent(api == Api.CHAT ? choice.path("delta") : choice)) {
                timeline.chunk(nanos);
            }
        }
        usage(event.path("usage"), "prompt_tokens", "completion_tokens");
        servedBy(event);
    }

    /** Text, thoughts or a piece of a call: whatever the model made. */
    private static boolean hasContent(JsonNode part) {
        return isText(part.path("text"))
                || isText(part.path("content"))
                || isText(part.path("reasoning_content"))
                || isText(part.path("reasoning"))
                || !part.path("tool_calls").isEmpty();
    }

    private static boolean isText(JsonNode value) {
        return value.isTextual() && !value.textValue().isEmpty();
    }

    private void response(JsonNode event, long nanos) {
        String type = event.path("type").asText("");
        switch (type) {
            case "" -> malformed(nanos, "an event has no type");
            case "error" -> fail(event, event.has("error") ? event.get("error") : event, nanos);
            case "response.failed" -> fail(event, event.path("response").path("error"), nanos);
            case "response.completed", "response.incomplete" -> {
                JsonNode response = event.path("response");
                usage(response.path("usage"), "input_tokens", "output_tokens");
                servedBy(response);
                timeline.end(nanos);
            }
            default -> {
                if (type.endsWith(".delta") && isText(event.path("delta"))) {
                    timeline.chunk(nanos);
                }
            }
        }
    }

    private void usage(JsonNode usage, String prompt, String answer) {
        if (usage.path(answer).isIntegralNumber()) {
            timeline.tokens(usage.path(prompt).asInt(), usage.path(answer).asInt());
        }
    }

    private void servedBy(JsonNode event) {
        String mode = event.path("piecewise").path("mode").asText("");
        if (!mode.isEmpty()) {
            timeline.servedWith(mode);
        }
    }

    /** Some servers write HTTP's status beside the error, some as its code, some not at all. */
    private void fail(JsonNode event, JsonNode error, long nanos) {
        int status = event.path("status").asInt(error.path("code").asInt(0));
        String message = error.path("message").asText(error.isTextual() ? error.asText() : "");
        timeline.fail(nanos, status >= 400 ? Failure.http(status, message) : Failure.of(Failure.Kind.SERVER, message));
    }
}
