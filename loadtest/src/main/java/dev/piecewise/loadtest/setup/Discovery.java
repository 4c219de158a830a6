package dev.piecewise.loadtest.setup;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.loadtest.dialect.Dialect;
import dev.piecewise.loadtest.dialect.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * What a server says that it serves.
 *
 * @param model the base model to ask for
 * @param adapters by the names or numbers that requests have them; only in dialects that name adapters
 * @param maxLength tokens that prompt and answer may have together; 0 where the server does not say
 * @param version of the server, as it says; empty where it does not
 */
public record Discovery(String model, List<String> adapters, int maxLength, String version) {
    public Discovery {
        adapters = List.copyOf(adapters);
    }

    /** Asks; an empty model name takes the first base model that the server lists. SetupException where there is none such, or no server. */
    public static Discovery of(Target target, Rest rest) throws InterruptedException {
        Rest.Reply models = rest.get("/v1/models");
        switch (models.status()) {
            case 401 -> throw new SetupException(target.base() + " asks for a key, or another one: --api-key");
            case 503 -> throw new SetupException(target.base() + " is not ready: " + models.error());
            default -> {}
        }
        List<String> bases = new ArrayList<>();
        List<String> adapters = new ArrayList<>();
        int maxLength = 0;
        for (JsonNode model : models.body().path("data")) {
            (model.hasNonNull("parent") ? adapters : bases).add(model.path("id").asText());
            maxLength = Math.max(maxLength, model.path("max_model_len").asInt(0));
        }
        if (target.dialect() == Dialect.LLAMACPP) {
            adapters.clear();
            for (JsonNode adapter : rest.get("/lora-adapters").body()) {
                adapters.add(adapter.path("id").asText());
            }
        }
        return new Discovery(model(target, bases, adapters), adapters, maxLength, version(rest));
    }

    private static String model(Target target, List<String> bases, List<String> adapters) {
        if (target.model().isEmpty()) {
            if (bases.isEmpty()) {
                throw new SetupException(target.base() + " lists no models: name one with --model");
            }
            return bases.getFirst();
        }
        boolean unknown = !bases.isEmpty() && !bases.contains(target.model()) && !adapters.contains(target.model());
        // llama.cpp answers under any name.
        if (unknown && target.dialect() != Dialect.LLAMACPP) {
            throw new SetupException("%s serves no model '%s', but %s"
                    .formatted(target.base(), target.model(), String.join(", ", bases)));
        }
        return target.model();
    }

    private static String version(Rest rest) throws InterruptedException {
        Rest.Reply reply = rest.get("/version");
        return reply.isFine() ? reply.body().path("version").asText("") : "";
    }
}
