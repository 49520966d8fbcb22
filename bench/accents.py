"""Text in languages with letters of their own, and pages drawn of it."""

import textwrap

from PIL import Image, ImageDraw, ImageFont

POINTS, LETTERS_PER_LINE = 31, 72  # pixels: 11 points at 200 dpi
MARGIN, PAGE = 140, (1654, 1200)

LANGUAGES = {
    "de": (
        "Prüfbericht über die Straßenbrücke bei Überlingen. Am frühen Morgen öffnete der Schlosser"
        " die rostigen Türen, während draußen ein kühler Wind über die Dächer strich. Die Größe"
        " der Öffnung beträgt fünf Meter; das Maß ließ sich gleichwohl nur schätzen. Weiß gekalkte"
        " Wände, schwere Möbel und ein Gemälde aus früheren Jahren schmücken den großen Saal."
        " „Schließlich“, erklärte die Bürgermeisterin, „müssen wir die Gebühren für Müll und"
        " Abwässer erhöhen.“ Äpfel, Nüsse und Süßigkeiten kosteten zusammen zwölf Euro fünfzig."
    ),
    "fr": (
        "Le garçon a reçu une lettre écrite à la hâte, où sa sœur lui décrivait l'été passé près"
        " d'une forêt. Après le dîner, la maîtresse de maison servit une crème brûlée, des pêches"
        " et un vin déjà très âgé. Où êtes-vous né ? À Orléans, répondit-il, dans l'hôpital bâti"
        " derrière le théâtre. Les élèves français connaissent ce poème par cœur. Noël arrive :"
        " les hôtels sont occupés, les prix élevés, et la neige gêne déjà la circulation. Çà et"
        " là, des ouvriers réparaient le goût amer d'un siècle naïf et désuet."
    ),
    "pl": (
        "Późną jesienią książę wrócił do zamku, gdzie służba już od świtu paliła w piecach. Żółte"
        " liście leżały na ścieżce, a chłodny wiatr niósł zapach gęstej mgły. Proszę przysłać"
        " ćwierć litra oleju i pięć jabłek, napisała babcia do wnuczki w Łodzi. Źródło rzeki"
        " znajduje się w górach, wśród świerków i dębów. Gość przyszedł później, niż sądziliśmy,"
        " lecz przyniósł świeże pączki. Każdy uczeń musi znać tę pieśń o żołnierzu, który"
        " zgubił swój błękitny płaszcz i szablę."
    ),
    "cs": (
        "Příliš žluťoučký kůň úpěl ďábelské ódy, říká stará věta, kterou zná každé dítě. Večer se"
        " nad řekou zvedl hustý kouř a sousedé vyběhli na náměstí. Učitelka řekla žákům, aby si"
        " přinesli tužky, štětce a čtvrtky. Můj dědeček pěstoval švestky, třešně i červený rybíz"
        " a každé léto zval celou rodinu. Šťastný člověk prý potřebuje jen málo: klid, teplý"
        " chléb a přátele. Ještě téhož večera odešel přes most do města, kde měl schůzku s"
        " úředníkem."
    ),
    "es": (
        "El niño soñó que un pingüino leía el periódico en la cigüeña de cartón. ¿Dónde está la"
        " estación? ¡Allí, detrás de la iglesia!, contestó el señor Núñez con energía. Mañana"
        " comerán en casa de la abuela: habrá jamón, melón y un pequeño pastel de limón. La"
        " canción más célebre de aquel año habló de la montaña, del corazón y de las lágrimas."
        " Según el médico, el café después de la cena le quitó el sueño. Jamás volvió a la"
        " península, aunque guardó aún la última fotografía de su país."
    ),
}


def drawn(text: str, font: str, size: tuple[int, int] = PAGE) -> Image.Image:
    """A grey page. Raises OSError if the system has no such font."""
    picture = Image.new("L", size, 255)
    margin = min(MARGIN, size[1] // 4)
    lines = textwrap.fill(text, LETTERS_PER_LINE, break_on_hyphens=False)
    letters = ImageFont.truetype(font, POINTS)
    ImageDraw.Draw(picture).multiline_text((margin, margin), lines, 0, letters, spacing=16)
    return picture
