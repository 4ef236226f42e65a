"""A Plotly chart that is drawn again in place. Streamlit's own carrier makes each chart anew whenever its data change, which takes several times as long."""

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from planner.report import charts

NAME = "planner.plotly"
HERE = Path(__file__).parent


def draw(figure: charts.Figure, says: str, key: str, config: dict[str, Any]) -> None:
    """Draws a figure; `says` is what it says to those who do not see it, `config` Plotly's own. A chart is the same one as long as its key is."""
    _serve_library()
    _COMPONENT(key=key, data=charts.written(figure, says, config), height="content")


def _serve_library() -> None:
    """Has the server hand out Plotly's script, as it does the files of installed components."""
    manager = get_bidi_component_manager()
    if manager.get(NAME) is None:
        room, component = NAME.split(".")
        manifest = ComponentManifest(room, charts.SCRIPT_VERSION, [ComponentConfig(component, charts.SCRIPT.parent.name)])
        manager.register_from_manifest(manifest, charts.SCRIPT.parent.parent)


def _code() -> str:
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    address = f"{'/' if base else ''}{base}/_stcore/bidi-components/{NAME}/{charts.SCRIPT.name}?{charts.SCRIPT_VERSION}"
    return (HERE / "chart.js").read_text(encoding="utf-8").replace("%LIBRARY%", address)


_COMPONENT = st.components.v2.component("planner.chart", js=_code(), isolate_styles=False)
