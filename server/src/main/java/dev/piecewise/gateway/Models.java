package dev.piecewise.gateway;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /v1/models}: the one model that is served, with the fields that vLLM adds. */
final class Models {
    private final Model model;

    Models(ServedModel served, int maxLength) {
        model = new Model(
                served.name(), "model", served.created().getEpochSecond(), "piecewise", served.name(), null, maxLength);
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
        exchange.answer(200, new ModelList("list", List.of(model)));
    }

    void one(Exchange exchange) throws InterruptedException, ClientGoneException {
        if (!exchange.part("model").equals(model.id())) {
            throw new ServingException(
                    ErrorCode.UNKNOWN_MODEL,
                    "there is no model of this name; the one that is served is " + model.id(),
                    "model");
        }
        exchange.answer(200, model);
    }
}
