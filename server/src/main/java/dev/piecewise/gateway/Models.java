package dev.piecewise.gateway;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /v1/models}: the one model that is served, by each of its names, with the fields that vLLM adds. */
final class Models {
    private final List<Model> models;

    Models(ServedModel served, int maxLength) {
        long created = served.created().getEpochSecond();
        models = served.names().all().stream()
                .map(name -> new Model(name, "model", created, "piecewise", served.name(), null, maxLength))
                .toList();
    }

    private record Model(
            String id,
            String object,
            long created,
            String ownedBy,
            String root,
            @Nullable String parent,
            int maxModelLen) {}

    private record ModelList(String object, List<Model> data) {}

    void list(Exchange exchange) throws InterruptedException, ClientGoneException {
        exchange.answer(200, new ModelList("list", models));
    }

    void one(Exchange exchange) throws InterruptedException, ClientGoneException {
        String name = exchange.part("model");
        Model model = models.stream()
                .filter(one -> one.id().equals(name))
                .findFirst()
                .orElseThrow(() -> new ServingException(
                        ErrorCode.UNKNOWN_MODEL,
                        "there is no model of this name; the one that is served is "
                                + models.getFirst().id(),
                        "model"));
        exchange.answer(200, model);
    }
}
