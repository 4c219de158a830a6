package dev.piecewise.loadtest.dialect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.loadtest.workload.Ask;
import java.util.Optional;

/** Writes requests as the server wants them. */
public final class Bodies {
    private final Target target;
    private final People people;
    private final Options options;

    /**
     * What every request asks for.
     *
     * @param mode what Piecewise is to answer with
     * @param toTheEnd answers are to have as many tokens as they may have
     * @param extra fields that every request has besides, and instead
     */
    public record Options(Optional<String> mode, boolean toTheEnd, double temperature, ObjectNode extra) {
        /** Greedy, and as long as asked for. */
        public static Options plain() {
            return new Options(Optional.empty(), true, 0, JsonNodeFactory.instance.objectNode());
        }
    }

    public Bodies(Target target, People people, Options options) {
        this.target = target;
        this.people = people;
        this.options = options;
    }

    public ObjectNode body(Ask ask) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (target.api() == Api.WEBSOCKET) {
            body.put("type", "response.create");
        }
        body.put("model", target.model());
        switch (target.api()) {
            case COMPLETIONS -> body.put("prompt", ask.prompt());
            case CHAT ->
                body.putArray("messages").addObject().put("role", "user").put("content", ask.prompt());
            case RESPONSES, WEBSOCKET -> body.put("input", ask.prompt()).put("store", false);
        }
        boolean responses = target.api() == Api.RESPONSES || target.api() == Api.WEBSOCKET;
        body.put(responses ? "max_output_tokens" : "max_tokens", ask.maxTokens());
        body.put("temperature", options.temperature());
        if (!responses) {
            body.put("seed", ask.seed());
            body.putObject("stream_options").put("include_usage", true);
        }
        if (target.api() != Api.WEBSOCKET) {
            body.put("stream", true);
        }
        if (options.toTheEnd()) {
            target.dialect().fill(body, ask.maxTokens());
        }
        Optional<Person> person =
                ask.user().isPresent() ? Optional.of(people.person(ask.user().getAsInt())) : Optional.empty();
        target.dialect().address(body, person, options.mode());
        body.setAll(options.extra());
        return body;
    }
}
