"""Names for invented people: as mixed as a town's school is, and never those of anybody in particular."""

import random
from dataclasses import dataclass

from lyceum.core.text import searchable


@dataclass(frozen=True)
class NamePool:
    """First names and surnames that go together, and how many families of a hundred take them."""

    weight: int
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]

    def child(self, sex: str) -> tuple[str, ...]:
        """First names of children."""
        return self.girls if sex == "female" else self.boys

    def adult(self, sex: str) -> tuple[str, ...]:
        """First names of their parents' generation."""
        return self.women if sex == "female" else self.men


def _pool(weight: int, girls: str, boys: str, women: str, men: str, surnames: str) -> NamePool:
    return NamePool(weight, *(tuple(text.split()) for text in (girls, boys, women, men, surnames)))


POOLS: tuple[NamePool, ...] = (
    _pool(
        50,
        "Olivia Amelia Isla Ava Freya Poppy Grace Lily Evie Rosie Florence Phoebe Ella Sophie Daisy Erin Megan Niamh"
        " Eleanor Harriet Martha Beatrice Georgia Imogen Abigail Jessica Lucy Holly Molly Scarlett Matilda Eliza"
        " Bethany Rhiannon Caitlin Orla Heather Rebecca Chloe Emily Hannah Alice Charlotte Maisie Zara Tilly Robyn",
        "Oliver George Harry Noah Jack Leo Arthur Oscar Charlie Jacob Thomas Henry William Alfie Joshua Freddie Archie"
        " Ethan Isaac Alexander Joseph Edward Samuel Max Logan Lucas Daniel Theo Finley Harrison Benjamin Callum Rhys"
        " Dylan Owen Rory Connor Declan Toby Reuben Elliot Jude Luke Adam Nathan Ryan Tyler Kieran Lewis Stanley",
        "Sarah Emma Claire Nicola Joanne Rachel Helen Lisa Karen Michelle Rebecca Laura Amy Gemma Kelly Natalie Louise"
        " Victoria Hannah Catherine Alison Fiona Kirsty Siobhan Bronwen Jennifer Samantha Katie Donna Vicky",
        "David Paul Andrew Mark James Richard Stephen Matthew Christopher Robert Simon Jonathan Gareth Neil Craig Ian"
        " Peter Martin Steven Darren Lee Gavin Stuart Philip Adam Dean Sean Michael Kevin Graham",
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts"
        " Green Hall Wood Jackson Clarke Harrison Scott Cooper Ward Turner Hill Moore Morris King Watson Baker Allen"
        " Mitchell Phillips Parker Bennett Carter Shaw Murphy Kelly Ryan Byrne Doyle Gallagher Fraser Campbell Stewart"
        " Reid Ross Hughes Griffiths Lloyd Pritchard Hartley Barker Fletcher Holmes Pearson Dixon Ellis Chapman Webb"
        " Foster Gibson Hunt Palmer Mills Barnes Knight Lowe Rowe Marsh Bradley Ashworth Whitaker Sutcliffe O'Neill"
        " O'Connor McCarthy Fitzsimons Ainsworth Birch Calloway Dunn Everett Farrow Garland Heath Ingham Kershaw",
    ),
    _pool(
        18,
        "Aisha Fatima Zainab Maryam Hafsa Amina Anaya Priya Ananya Diya Meera Simran Jasleen Kavya Isha Sana Iqra"
        " Khadija Noor Tanvi Riya Harleen Sumaiya Nabila",
        "Muhammad Ibrahim Yusuf Adam Hamza Zakariya Bilal Arjun Rohan Aarav Dev Karan Harpreet Gurdeep Imran Zain"
        " Rayyan Kabir Ishaan Vihaan Tariq Sami Nikhil Jai",
        "Nasreen Shabana Rukhsana Farzana Saima Anjali Sunita Rekha Manjit Kulwinder Deepa Neha Shazia Rubina Parveen"
        " Jaspreet Nadia Samina",
        "Tariq Asif Imran Khalid Nadeem Rajesh Sanjay Vikram Harjit Balwinder Anil Suresh Faisal Zahid Javed Amrit"
        " Mahmood Rafiq",
        "Khan Ahmed Hussain Ali Patel Singh Kaur Begum Malik Iqbal Sharma Shah Mahmood Akhtar Chowdhury Rahman Gill"
        " Sandhu Dhillon Gupta Mistry Mehta Siddiqui Mirza Rashid Miah Uddin Bhatti Joshi Desai",
    ),
    _pool(
        9,
        "Ngozi Adaeze Chidinma Temitope Ama Efua Abena Wanjiru Amara Zuri Imani Naomi Esther Deborah Blessing Makena"
        " Nyah Shanice Renée Aaliyah",
        "Chidi Emeka Tunde Kwame Kofi Kojo Samuel Emmanuel Daniel Tobi Femi Jabari Malachi Elijah Isaiah Tendai Kamau"
        " Marcus Jerome Dwayne",
        "Ngozi Grace Comfort Abena Folake Yetunde Beatrice Patience Wanjiku Marcia Sandra Joy Adwoa Tendai",
        "Emeka Kwame Samuel Joseph Babatunde Kofi Winston Desmond Peter Tunde Isaac Kamau Olu Trevor",
        "Okafor Adeyemi Mensah Boateng Owusu Nwosu Okonkwo Balogun Asante Mwangi Ndlovu Moyo Campbell Clarke Francis"
        " Williams Osei Eze Adebayo Kamau Dube Appiah",
    ),
    _pool(
        9,
        "Zuzanna Maja Oliwia Zofia Hanna Julia Lena Antonina Ioana Andreea Elena Alexandra Gabriela Ugnė Žofie Katarína"
        " Rasa Mădălina",
        "Jakub Antoni Kacper Filip Mikołaj Wojciech Łukasz Andrei Ștefan Matei Alexandru Vlad Tomáš Jonas Lukas Kristóf"
        " Dawid Szymon",
        "Agnieszka Katarzyna Małgorzata Joanna Monika Elena Mihaela Cristina Daiva Renata Zuzana Beata",
        "Piotr Krzysztof Tomasz Paweł Marcin Andrei Ionuț Mihai Darius Grzegorz Zoltán Marek",
        "Nowak Kowalski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Popescu Ionescu Dumitru Stanciu"
        " Petrauskas Horváth Novák Dąbrowski Pawłowski Munteanu Kováč Kazlauskas",
    ),
    _pool(
        7,
        "Zeynep Elif Defne Leyla Yasmin Layla Sara Mariam Rima Dilara Shirin Parisa Hala Nour",
        "Emre Kerem Mehmet Ömer Kerim Omar Karim Yousef Hassan Darius Arash Sirwan Rebin Tarek",
        "Ayşe Fatma Hülya Leila Samira Rania Mahsa Nasrin Huda Gülay",
        "Mustafa Hüseyin Ahmet Omar Nabil Farhad Reza Hassan Karwan Samir",
        "Yılmaz Kaya Demir Şahin Çelik Haddad Mansour Khalil Rezaei Karimi Rostami Aziz Saleh Öztürk Aydın Nasser",
    ),
    _pool(
        5,
        "Maria Inês Beatriz Sofía Lucía Camille Chloé Giulia Leonor Carmen Noémie Élodie",
        "João Tiago Mateo Hugo Théo Lorenzo Rafael André Luís Raúl Zacarías Gaël",
        "Ana Teresa Cristina Isabel Sophie Valentina Fernanda Patrícia Hélène Lucia",
        "José Carlos Miguel Antonio Paulo François Marco Sérgio Luís Étienne",
        "Silva Santos Ferreira Gonçalves García Fernández Rodríguez Dubois Lefèvre Rossi Moretti Sousa Núñez Araújo",
    ),
    _pool(
        4,
        "Mei Xinyi Linh Jia Hui Ngân Yuna Haruka Thảo Ying Kim Sakura",
        "Wei Jun Minh Hao Ming Khôi Jin Haruto Đức Tian Long Ren",
        "Li Fang Lan Hương Xiu Mei Yoko Hoa Ying Suk",
        "Wei Jian Hùng Feng Tuan Kenji Hai Chun Bo Quang",
        "Chen Wong Lam Nguyễn Trần Zhang Liu Chan Cheung Phạm Tanaka Park Huang Lê",
    ),
)
"""Pools in a fixed order: the same seed picks the same names every time."""


def pick_pool(dice: random.Random) -> NamePool:
    """The pool of one family."""
    return dice.choices(POOLS, weights=[pool.weight for pool in POOLS])[0]


def address_name(*names: str) -> str:
    """Names as the first part of an e-mail address or a user name: plain letters and dots; may be empty."""
    words = searchable(" ".join(names)).split()
    return ".".join(word for word in words if word.isascii())


@dataclass(frozen=True)
class WrittenName:
    """A name in another alphabet or of another shape, as the student writes it."""

    sex: str
    family: str
    """The surname in Latin letters, as the parents write it here."""
    pool: int
    full_name: str
    first_name: str = ""
    last_name: str = ""
    preferred_name: str = ""


WRITTEN_NAMES: tuple[WrittenName, ...] = (
    WrittenName("male", "Al-Haddad", 4, "يوسف الحداد", "يوسف", "الحداد", "Yousef"),
    WrittenName("female", "Shevchuk", 3, "Олена Шевчук", "Олена", "Шевчук", "Olena"),
    WrittenName("female", "Chen", 6, "陈美玲", "美玲", "陈", "Mei Ling"),
    WrittenName("female", "Sharma", 1, "अनन्या शर्मा", "अनन्या", "शर्मा", "Ananya"),
    WrittenName("female", "Suryani", 6, "Suryani"),
    # Letters whose accents have no composed form: they stay combining marks.
    WrittenName("female", "Ọ̀ṣúnlànà", 2, "Adébọ́lá Ọ̀ṣúnlànà", "Adébọ́lá", "Ọ̀ṣúnlànà", "Bọ́lá"),
    WrittenName("female", "Al-Attar", 4, "مريم العطار", "مريم", "العطار", "Mariam"),
    WrittenName("male", "Kovalenko", 3, "Дмитро Коваленко", "Дмитро", "Коваленко", "Dima"),
    WrittenName("male", "Wang", 6, "王子轩", "子轩", "王", "Zixuan"),
    WrittenName("male", "Patel", 1, "आरव पटेल", "आरव", "पटेल", "Aarav"),
    WrittenName("male", "García-Núñez", 5, "José Luis García-Núñez Ibáñez", "José Luis", "García-Núñez Ibáñez", "Pepe"),
    WrittenName("female", "Nguyễn", 6, "Nguyễn Thị Minh Khai", "Thị Minh Khai", "Nguyễn", "Khai"),
    WrittenName("male", "bin Saeed", 4, "عمر بن سعيد", "عمر", "بن سعيد"),
    WrittenName("female", "Volkova", 3, "Анастасия Волкова", "Анастасия", "Волкова"),
    WrittenName("male", "Li", 6, "李俊杰", "俊杰", "李"),
    WrittenName("female", "Varma", 1, "दीया वर्मा", "दीया", "वर्मा"),
    WrittenName("male", "van der Berg", 0, "Jan van der Berg", "Jan", "van der Berg"),
)
"""Five alphabets, a single name, combining accents, several surnames, particles; the first six show each."""

PREFERRED = {
    "Alexander": "Alex",
    "Benjamin": "Ben",
    "Samuel": "Sam",
    "Eleanor": "Ellie",
    "Abigail": "Abi",
    "Charlotte": "Lottie",
    "Rebecca": "Becky",
    "Joshua": "Josh",
    "Daniel": "Dan",
    "Thomas": "Tom",
    "Matilda": "Tilly",
    "Zakariya": "Zak",
    "Emmanuel": "Manny",
    "Aleksandra": "Ola",
    "Temitope": "Temi",
}
"""What some of them would rather be called."""
