package dev.piecewise.template;

import java.util.List;

/** Chat templates in the manner of well-known families of models. */
final class Families {
    static final String CHATML = """
            {%- if messages[0].role != 'system' %}{{ '<|im_start|>system\\nBe brief.<|im_end|>\\n' }}{% endif %}
            {%- for message in messages %}
                {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
            """;

    /** Like Llama 3's: headers, the date, arguments of calls as JSON. */
    static final String HEADERS = """
            {{- bos_token }}
            {%- set date = strftime_now("%d %b %Y") %}
            {%- if messages[0]['role'] == 'system' %}
                {%- set system_message = messages[0]['content']|trim %}
                {%- set messages = messages[1:] %}
            {%- else %}
                {%- set system_message = "" %}
            {%- endif %}
            {{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
            {%- if tools is not none %}
                {{- "Environment: ipython\\n" }}
            {%- endif %}
            {{- "Today Date: " + date + "\\n\\n" }}
            {{- system_message }}
            {{- "<|eot_id|>" }}
            {%- for message in messages %}
                {%- if 'tool_calls' in message %}
                    {%- if not message.tool_calls|length == 1 %}
                        {{- raise_exception("This model only supports single tool-calls at once!") }}
                    {%- endif %}
                    {%- set tool_call = message.tool_calls[0].function %}
                    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
                    {{- '{"name": "' + tool_call.name + '", ' }}
                    {{- '"parameters": ' }}
                    {{- tool_call.arguments | tojson }}
                    {{- "}" }}
                    {{- "<|eot_id|>" }}
                {%- elif message.role == "tool" or message.role == "ipython" %}
                    {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
                    {%- if message.content is mapping or message.content is iterable and message.content is not string %}
                        {{- message.content | tojson }}
                    {%- else %}
                        {{- message.content }}
                    {%- endif %}
                    {{- "<|eot_id|>" }}
                {%- else %}
                    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
                {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
            {%- endif %}
            """;

    /** Like Qwen's: tools between tags, thoughts of earlier turns dropped. */
    static final String THINKING = """
            {%- if tools %}
                {{- '<|im_start|>system\\n' }}
                {{- "# Tools\\n\\n<tools>" }}
                {%- for tool in tools %}
                    {{- "\\n" }}
                    {{- tool | tojson }}
                {%- endfor %}
                {{- "\\n</tools><|im_end|>\\n" }}
            {%- endif %}
            {%- set ns = namespace(last=messages|length - 1, searching=true) %}
            {%- for message in messages[::-1] %}
                {%- set index = (messages|length - 1) - loop.index0 %}
                {%- if ns.searching and message.role == "user" and not message.content.startswith('<tool_response>') %}
                    {%- set ns.searching = false %}
                    {%- set ns.last = index %}
                {%- endif %}
            {%- endfor %}
            {%- for message in messages %}
                {%- set content = message.content if message.content is string else '' %}
                {%- if message.role == "assistant" %}
                    {%- set thoughts = '' %}
                    {%- if '</think>' in content %}
                        {%- set thoughts = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                        {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
                    {%- endif %}
                    {%- if loop.index0 > ns.last and (loop.last or thoughts) %}
                        {{- '<|im_start|>assistant\\n<think>\\n' + thoughts.strip('\\n') + '\\n</think>\\n\\n' + content }}
                    {%- else %}
                        {{- '<|im_start|>assistant\\n' + content }}
                    {%- endif %}
                    {{- '<|im_end|>\\n' }}
                {%- elif message.role == "tool" %}
                    {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}
                        {{- '<|im_start|>user' }}
                    {%- endif %}
                    {{- '\\n<tool_response>\\n' + content + '\\n</tool_response>' }}
                    {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
                        {{- '<|im_end|>\\n' }}
                    {%- endif %}
                {%- else %}
                    {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' }}
                {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|im_start|>assistant\\n' }}
                {%- if enable_thinking is defined and enable_thinking is false %}
                    {{- '<think>\\n\\n</think>\\n\\n' }}
                {%- endif %}
            {%- endif %}
            """;

    /** Like Mistral's: turns must alternate, the system message goes into the last user's one. */
    static final String INSTRUCTIONS = """
            {%- if messages[0]["role"] == "system" %}
                {%- set system_message = messages[0]["content"] %}
                {%- set loop_messages = messages[1:] %}
            {%- else %}
                {%- set loop_messages = messages %}
            {%- endif %}
            {%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
            {{- bos_token }}
            {%- for message in loop_messages %}
                {%- if (message["role"] == "user") != (loop.index0 % 2 == 0) %}
                    {{- raise_exception("Conversation roles must alternate user/assistant/user/assistant/...") }}
                {%- endif %}
                {%- if message["role"] == "user" %}
                    {%- if loop.last and system_message is defined %}
                        {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
                    {%- else %}
                        {{- "[INST] " + message["content"] + "[/INST]" }}
                    {%- endif %}
                {%- elif message["role"] == "assistant" %}
                    {{- " " + message["content"] | trim + eos_token }}
                {%- endif %}
            {%- endfor %}
            {{- user_messages | length }}
            """;

    /** Like Hermes': a macro that writes JSON types in Python's words, calls between tags. */
    static final String MACROS = """
            {%- macro type_of(spec) -%}
                {%- set names = {"string": "str", "number": "float", "integer": "int"} -%}
                {%- if names[spec.type] is defined -%}
                    {{- names[spec.type] -}}
                {%- elif spec.type == "array" -%}
                    {{- "list[" + type_of(spec['items']) + "]" -}}
                {%- elif spec.type == "object" -%}
                    {{- "dict" -}}
                {%- else -%}
                    {{- "Any" -}}
                {%- endif -%}
            {%- endmacro -%}
            {{- "<|im_start|>system\\n<tools>" -}}
            {%- for tool in tools -%}
                {%- set function = tool.function -%}
                {{- "\\n" + function.name + "(" -}}
                {%- for name, spec in function.parameters.properties.items() -%}
                    {{- name + ": " + type_of(spec) -}}
                    {{- ", " if not loop.last -}}
                {%- endfor -%}
                {{- ")" -}}
            {%- endfor -%}
            {{- "\\n</tools><|im_end|>\\n" -}}
            {%- for message in messages -%}
                {{- "<|im_start|>" + message.role -}}
                {%- for call in message.tool_calls or [] -%}
                    {{- "\\n<tool_call>\\n" ~ {"name": call.function.name, "arguments": call.function.arguments}|tojson ~ "\\n</tool_call>" -}}
                {%- endfor -%}
                {{- "\\n" + message.content if message.content -}}
                {{- "<|im_end|>\\n" -}}
            {%- endfor -%}
            """;

    static final List<String> ALL = List.of(CHATML, HEADERS, THINKING, INSTRUCTIONS, MACROS);

    private Families() {}
}
