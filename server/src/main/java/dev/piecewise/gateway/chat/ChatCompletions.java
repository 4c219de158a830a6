package dev.piecewise.gateway.chat;

import dev.piecewise.gateway.completion.Backend;
import dev.piecewise.gateway.completion.Choice;
import dev.piecewise.gateway.completion.Completion;
import dev.piecewise.gateway.completion.Head;
import dev.piecewise.gateway.completion.Moment;
import dev.piecewise.gateway.completion.PartWriter;
import dev.piecewise.gateway.completion.ServedBy;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.completion.StoredAnswers;
import dev.piecewise.gateway.completion.Usage;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.ClientWatch;
import dev.piecewise.gateway.http.Endpoint;
import dev.piecewise.gateway.http.EventStream;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.personalization.Served;
import java.util.List;

/** {@code POST /v1/chat/completions}, whole and streamed. */
public final class ChatCompletions implements Endpoint {
    private final Backend backend;
    private final StoredAnswers stored;

    public ChatCompletions(Backend backend, StoredAnswers stored) {
        this.backend = backend;
        this.stored = stored;
    }

    @Override
    public void answer(Exchange exchange) throws InterruptedException, ClientGoneException {
        Moment begun = Moment.now();
        Fields fields = exchange.json();
        ChatRequest request = ChatRequest.parse(fields, backend, exchange.caller());
        ServedModel model = backend.model().called(fields);
        Served served = backend.resolve(request.completion().recipient());
        exchange.with("X-Piecewise-Adapter", served.header());
        ServedBy servedBy = ServedBy.of(served, request.completion().recipient().explain());
        Chat chat = new Chat(begun, request, new ChatBody.Answering(model, servedBy));
        try (ClientWatch _ = exchange.watch();
                Completion completion = backend.submit(request.completion(), served)) {
            if (request.completion().output().stream()) {
                EventStream events = exchange.events();
                writer(chat, events).write(completion, backend.writeBytes(), events.relay());
                events.end();
            } else {
                completion.finish();
                ChatBody body = whole(chat, parts(completion), completion.usage());
                exchange.answer(200, body.scored(completion.choices().getFirst().promptLogprobs()));
            }
            backend.completed(completion);
        }
    }

    /** One request with what answers it. */
    private record Chat(Moment begun, ChatRequest request, ChatBody.Answering by, Head head) {
        Chat(Moment begun, ChatRequest request, ChatBody.Answering by) {
            this(begun, request, by, Head.of("chatcmpl-", "chat.completion", by.model()));
        }
    }

    private PartWriter writer(Chat chat, EventStream events) {
        PartWriter chunks = new ChatChunks(chat.head(), chat.request(), chat.by(), events::write);
        return chat.request().keeping().store()
                ? new Recorder(
                        chunks, chat.request().completion().choices(), (parts, usage) -> whole(chat, parts, usage))
                : chunks;
    }

    /** The whole answer, kept where that is asked for. */
    private ChatBody whole(Chat chat, List<Choice.Part> parts, Usage usage) {
        ChatBody body = ChatBody.of(chat.head(), parts, usage, chat.request(), chat.by());
        if (chat.request().keeping().store()) {
            stored.put(StoredChat.of(
                    chat.begun(), chat.request(), body, chat.request().keeping().metadata()));
        }
        return body;
    }

    private static List<Choice.Part> parts(Completion completion) {
        return completion.choices().stream().map(Choice::part).toList();
    }
}
