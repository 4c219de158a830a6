package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.RateLimitException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** OpenAI's client for Java, as it is published; {@code validate} checks an answer against OpenAI's schema. */
@Timeout(120)
final class OpenAiJavaTest {
    private static final TestGateway SERVER = TestGateway.serving();
    private static final OpenAIClient CLIENT = OpenAIOkHttpClient.builder()
            .baseUrl(SERVER.uri("/v1").toString())
            .apiKey("none")
            .maxRetries(0)
            .build();

    @BeforeAll
    static void answer() {
        SERVER.engine.script(new Parrot(SERVER.tokenizer));
    }

    @AfterAll
    static void close() {
        CLIENT.close();
        SERVER.close();
    }

    @Test
    void listsModels() {
        List<Model> models = CLIENT.models().list().data();

        assertThat(models).singleElement().satisfies(model -> {
            assertThat(model.validate().id()).isEqualTo("tiny");
            assertThat(CLIENT.models().retrieve("tiny").validate().id()).isEqualTo("tiny");
        });
    }

    @Test
    void completesWholeAndStreamed() {
        CompletionCreateParams params = CompletionCreateParams.builder()
                .model("tiny")
                .prompt("Hi")
                .maxTokens(16)
                .logprobs(1)
                .seed(3)
                .user("u1")
                .build();

        Completion whole = CLIENT.completions().create(params).validate();
        assertThat(whole.choices().getFirst().text()).isEqualTo("Hello there");
        try (StreamResponse<Completion> chunks = CLIENT.completions().createStreaming(params)) {
            assertThat(chunks.stream()
                            .map(chunk -> chunk.choices().getFirst().text())
                            .collect(Collectors.joining()))
                    .isEqualTo("Hello there");
        }
    }

    @Test
    void chatsWholeAndStreamed() {
        ChatCompletionCreateParams params = chat().addSystemMessage("Be kind.")
                .addUserMessage("Hi")
                .logprobs(true)
                .topLogprobs(2)
                .n(2)
                .build();

        ChatCompletion whole = CLIENT.chat().completions().create(params).validate();
        assertThat(whole.choices()).hasSize(2);
        assertThat(whole.choices().getFirst().message().content()).hasValue("Hello there");
        try (StreamResponse<ChatCompletionChunk> chunks =
                CLIENT.chat().completions().createStreaming(params)) {
            assertThat(chunks.stream()
                            .map(ChatCompletionChunk::validate)
                            .flatMap(chunk -> chunk.choices().stream())
                            .filter(choice -> choice.index() == 1)
                            .map(choice -> choice.delta().content().orElse(""))
                            .collect(Collectors.joining()))
                    .isEqualTo("Hello there");
        }
    }

    @Test
    void callsFunctionsAndTakesTheirResults() {
        ChatCompletionCreateParams.Builder params = chat().addUserMessage("Hi")
                .addFunctionTool(FunctionDefinition.builder()
                        .name("weather")
                        .parameters(FunctionParameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty(
                                        "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                                .build())
                        .build());

        ChatCompletion.Choice asked = CLIENT.chat()
                .completions()
                .create(params.build())
                .validate()
                .choices()
                .getFirst();

        assertThat(asked.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        ChatCompletionMessageToolCall call =
                asked.message().toolCalls().orElseThrow().getFirst();
        assertThat(call.asFunction().function().name()).isEqualTo("weather");
        params.addMessage(asked.message())
                .addMessage(ChatCompletionToolMessageParam.builder()
                        .toolCallId(call.asFunction().id())
                        .content("sunny")
                        .build());
        assertThat(CLIENT.chat()
                        .completions()
                        .create(params.build())
                        .choices()
                        .getFirst()
                        .message()
                        .content())
                .hasValue("It is sunny.");
    }

    @Test
    void respondsWholeStreamedAndTurnByTurn() {
        ResponseCreateParams params = ResponseCreateParams.builder()
                .model("tiny")
                .instructions("Be kind.")
                .input("Hi")
                .build();

        Response whole = CLIENT.responses().create(params).validate();
        assertThat(text(whole)).isEqualTo("Hello there");
        Response next = CLIENT.responses()
                .create(ResponseCreateParams.builder()
                        .model("tiny")
                        .input("And?")
                        .previousResponseId(whole.id())
                        .build());
        assertThat(next.validate().previousResponseId()).hasValue(whole.id());
        try (StreamResponse<ResponseStreamEvent> events = CLIENT.responses().createStreaming(params)) {
            assertThat(events.stream()
                            .map(ResponseStreamEvent::validate)
                            .filter(ResponseStreamEvent::isOutputTextDelta)
                            .map(event -> event.asOutputTextDelta().delta())
                            .collect(Collectors.joining()))
                    .isEqualTo("Hello there");
        }
    }

    @Test
    void mapsErrorsToItsOwn() {
        assertThatThrownBy(() -> CLIENT.chat()
                        .completions()
                        .create(chat().addUserMessage("full").build()))
                .isInstanceOf(RateLimitException.class);
        assertThatThrownBy(() -> CLIENT.models().retrieve("gpt")).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> CLIENT.chat()
                        .completions()
                        .create(chat().addUserMessage("Hi").temperature(7).build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class,
                        error -> assertThat(error.param()).hasValue("temperature"));
    }

    private static ChatCompletionCreateParams.Builder chat() {
        return ChatCompletionCreateParams.builder().model("tiny");
    }

    private static String text(Response response) {
        return response.output()
                .getFirst()
                .asMessage()
                .content()
                .getFirst()
                .asOutputText()
                .text();
    }
}
