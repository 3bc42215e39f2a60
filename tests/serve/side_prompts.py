"""Side requests in our own words, in the shapes that chat windows give them, and what persons write that looks alike.

The windows' real prompts, of many versions, are read from their published packages in test_frontends.py.
"""

from __future__ import annotations

from typing import Any

QUESTION = "why is nginx.service down?"
QUOTE = f"<chat_history>\nUSER: {QUESTION}\nASSISTANT: Port 80 is taken by apache2 [E1].\n</chat_history>"
LINES = f"user: {QUESTION}\nassistant: Port 80 is taken."
HISTORY = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "Port 80 is taken."}]


def user(text: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text}]


def told(system: str, text: str) -> list[dict[str, Any]]:
    return [{"role": "system", "content": system}, *user(text)]


SIDE: list[tuple[str, list[dict[str, Any]]]] = [
    ("title", user(f'### Task:\nMake a short title of the chat.\n### Output:\nJSON: {{ "title": "…" }}\n{QUOTE}')),
    ("title", user(f'Write a chat title of 2 words as JSON: {{"title": "Two Words"}}\n\n{QUOTE}')),
    ("plain", user(f"Create a short title for the chat history. RESPOND ONLY WITH THE TITLE.\n\n{QUOTE}")),
    ("plain", user(f"Find a title for the conversation, 4 words or less.\n\nConversation:\n{LINES}")),
    (
        "plain",
        user(f"Please name the conversation after its topic: a concise name of at most 9 letters.\n```\n{LINES}\n```"),
    ),
    ("plain", user(f"Given this chat history, reply with a title for the chat; no explanation.\n\n{LINES}")),
    ("plain", user(f"Generate a title for this conversation, only the title:\n{QUESTION}")),
    ("plain", user(f"Suggest a 4-word title, and give only the title. {QUESTION}")),
    ("plain", [*HISTORY, *user("Please generate a title summarizing our conversation without punctuation.")]),
    ("plain", told("You make titles of conversations. Output ONLY the title, nothing else.", QUESTION)),
    ("plain", told("You are a thread title generator. You output ONLY a title.", f"Title this chat:\n{LINES}")),
    ("plain", told("You summarise chats: create a title of the dialogue within 10 words.", LINES)),
    ("plain", told("你是助手，请将对话总结为标题，不超过10个字，不要标点", LINES)),
    ("plain", told("you will make a short title of the first message of a chat\n- not more than 9 letters", QUESTION)),
    ("plain", told("You are a titles generator. You output ONLY a chat title.", f"Create a title for:\n{QUESTION}")),
    ("plain", user(f"Name a title for this chat in 3 words or less.\n\nQuestion: {QUESTION}\n\nTitle:")),
    ("plain", user(f"Extract a title of the chat and nothing else.\n\n```\n- User: {QUESTION}\n```")),
    ("title", user(f'### Aufgabe:\nEin kurzer Titel. JSON: {{ "title": "…" }}\n{QUOTE}')),
    ("plain", user(f"--- begin chat ---\n{QUESTION}\n--- end chat ---\nSummarize the conversation in 5 words.")),
    ("plain", told("# Naming\n\nYour purpose is one sentence: the topic of the chat. Only that.", QUESTION)),
    ("plain", told("Suggest follow-up questions the user might ask, exactly 2.", f"Question: {QUESTION}\nAnswer: yes")),
    ("tags", user(f'### Task:\nFind 2 tags for the chat.\nJSON: {{ "tags": ["a", "b"] }}\n### Chat:\n{QUOTE}')),
    ("plain", user(f"Extract tags that fit the conversation, separated by commas only.\n{QUOTE}")),
    ("follow_ups", user(f'### Task:\nPredict what the user asks next: {{ "follow_ups": ["a"] }}\n{QUOTE}')),
    ("queries", user(f'### Task:\nDecide what to search for, as {{ "queries": [] }}\n### Chat History:\n{QUOTE}')),
    (
        "query",
        user(f"Given the user's message, decide if a web search is needed.\n\nHistory:\n{LINES}\n\nSearch Query:"),
    ),
    ("text", user(f'### Task:\nYou complete texts.\n`{{ "text": "…" }}`\n{QUOTE}\n<text>why is ngi</text>')),
    ("prompt", user(f'### Task:\nDescribe a picture of the chat: {{ "prompt": "…" }}\n{QUOTE}')),
    ("emoji", user(f"Your task is to find one fitting emoji for the message.\n\nMessage: ```{QUESTION}```")),
    ("emoji", told("You are good at this: pick the single emoji that stands for a text.", QUESTION)),
    ("merged", user("You have been provided with a set of responses from other models. Merge them: …")),
    ("tool_calls", told("Available Tools: []\nChoose.", f"Query: {QUESTION}")),
    ("said", [*HISTORY, {"role": "system", "content": "Summarize the discussion in 200 words for future context."}]),
    ("said", user(f"### Task:\nSummarize the conversation that will be compacted, concise.\n\n{LINES}")),
    ("said", told("Please summarize conversations, limited to 400 tokens.", f"{QUOTE}\nSummarize the above.")),
    (
        "said",
        told(f"Given the chat, rephrase the question to be a standalone question.\n{QUOTE}", f"Input: {QUESTION}"),
    ),
    ("said", [*HISTORY, {"role": "system", "content": "简要总结一下对话内容，用作后续的上下文，200 字以内"}]),
    ("said", told("You are an AI. Summarize the user's request, 4 words or less. Do not try to answer it.", QUESTION)),
]
PERSON: list[list[dict[str, Any]]] = [
    *(
        user(text)
        for text in (
            QUESTION,
            "give this incident a title",
            "Give the incident a title of 5 words or less, only the title",
            "### Task: restart nginx",
            "### Task:\nRestart nginx and tell me only whether it worked.",
            "Suggest a name for the conversation service, max 10 letters",
            "Suggest a title for the thread pool's page in the wiki, at most 4 words",
            "Create a title for the chat outage report, only the title",
            "Find a concise name for the discussion forum's database; nothing else",
            "Write tags for the dialog box of the installer, without explanations",
            "Summarize the error messages of the last hour without the debug ones.",
            "Find the name of the service whose session failed; only the name.",
            "write me a title for the wiki",
            "tags?",
            "Generate a report of failed units as JSON",
            "Make a list of the tags that docker images have here, only the tags",
            "what does the log of the chat service say?",
            "Is the chat server slow? Answer in 10 words or less.",
            "Create an emoji-free summary of what failed, at most 3 lines",
            "follow up on the incident from yesterday",
            "Is there an appropriate emoji for this incident?",
            "Suggest which follow-up questions I should ask the vendor about this outage",
            "# Outage\n\nRestart the title service, please, and only that.",
            "Answer in 5 words: what failed?",
            'Make the chat webhook send {"text": "hello"} again',
            "Give a summary of the conversation service's log, only errors.",
            "Analyze the message history of postfix: which search queries fail? Only those.",
            "Provide the units that are down, without inactive ones; no explanations.",
            "Describe in 2 sentences what the user's request for /login breaks.",
            "--- begin log ---\nweb.service: failed\n--- end log ---\nWhat does this text mean? In 2 sentences.",
            f"Why did my chat window send you this?\n\n{SIDE[0][1][0]['content']}",
            f"You said port 80 was taken, why?\n{LINES}",
            'Return {"title": "x"} from the API of the shop: is that right?',
            f"### Task:\nRespond to the question using the context.\n<context>\nnotes\n</context>\n{QUESTION}",
            "Based on the journal, what broke? Reply in 2 sentences.",
            "You need to restart nginx",
            "approve A-17 482913",
            "Fasse zusammen, was heute ausgefallen ist, höchstens 3 Zeilen",
        )
    ),
    told("You are a helpful assistant. Answer concisely, in at most 3 sentences.", QUESTION),
    told("You are a friendly voice in a live conversation. Keep answers short, without lists.", QUESTION),
    told("Summarize what you find in our chats in 5 words or less.", QUESTION),
    [*HISTORY, *user("What is the title of that web page?")],
    [*HISTORY, *user("fix it")],
]
