package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** LangChain4j's module for OpenAI, as it is published. */
@Timeout(120)
final class LangChain4jTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    private static final OpenAiChatModel CHAT = OpenAiChatModel.builder()
            .baseUrl(SERVER.uri("/v1").toString())
            .apiKey("none")
            .modelName("tiny")
            .maxRetries(0)
            .build();
    private static final ToolSpecification WEATHER = ToolSpecification.builder()
            .name("weather")
            .description("The weather of a city.")
            .parameters(JsonObjectSchema.builder().addStringProperty("city").build())
            .build();

    @BeforeAll
    static void answer() {
        SERVER.engine.script(new Parrot(SERVER.tokenizer));
    }

    @Test
    void chats() {
        ChatResponse response =
                CHAT.chat(ChatRequest.builder().messages(UserMessage.from("Hi")).build());

        assertThat(response.aiMessage().text()).isEqualTo("Hello there");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(11);
        assertThat(response.modelName()).isEqualTo("tiny");
    }

    @Test
    void streams() throws Exception {
        OpenAiStreamingChatModel model = OpenAiStreamingChatModel.builder()
                .baseUrl(SERVER.uri("/v1").toString())
                .apiKey("none")
                .modelName("tiny")
                .build();
        StringBuilder parts = new StringBuilder();
        CompletableFuture<ChatResponse> complete = new CompletableFuture<>();

        model.chat("Hi", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String part) {
                parts.append(part);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                complete.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                complete.completeExceptionally(error);
            }
        });

        assertThat(complete.get(30, TimeUnit.SECONDS).aiMessage().text()).isEqualTo("Hello there");
        assertThat(parts.toString()).isEqualTo("Hello there");
    }

    @Test
    void callsToolsAndTakesTheirResults() {
        UserMessage question = UserMessage.from("Hi");

        ChatResponse asked = CHAT.chat(ChatRequest.builder()
                .messages(question)
                .toolSpecifications(WEATHER)
                .build());

        assertThat(asked.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
        ToolExecutionRequest call = asked.aiMessage().toolExecutionRequests().getFirst();
        assertThat(call.name()).isEqualTo("weather");
        assertThat(call.arguments()).isEqualTo("{\"city\": \"Paris\"}");
        ChatResponse answered = CHAT.chat(ChatRequest.builder()
                .messages(question, asked.aiMessage(), ToolExecutionResultMessage.from(call, "sunny"))
                .toolSpecifications(WEATHER)
                .build());
        assertThat(answered.aiMessage().text()).isEqualTo("It is sunny.");
    }

    @Test
    void givesStructuredOutput() {
        JsonSchema schema = JsonSchema.builder()
                .name("answer")
                .rootElement(JsonObjectSchema.builder()
                        .addIntegerProperty("answer")
                        .required("answer")
                        .build())
                .build();

        ChatResponse response = CHAT.chat(ChatRequest.builder()
                .messages(UserMessage.from("json"))
                .responseFormat(ResponseFormat.builder()
                        .type(ResponseFormatType.JSON)
                        .jsonSchema(schema)
                        .build())
                .build());

        assertThat(response.aiMessage().text()).isEqualTo("{\"answer\": 42}");
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> CHAT.chat(ChatRequest.builder()
                        .messages(UserMessage.from("Hi"))
                        .temperature(7.0)
                        .build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("temperature must be from 0 to 2, not 7");
    }
}
